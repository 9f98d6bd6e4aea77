/** What an import of a `.wasm` file is: a module compiled ahead, because Workers compile nothing at run time. */
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
