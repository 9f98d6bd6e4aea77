/** The environment that tests give the Worker. Nothing here is a secret of anybody. */
export const ORIGIN = 'https://auth.edgemint.example'
export const API_TOKEN = '00test-token-of-the-bootstrap-administrator'

export const testBindings = {
  ORIGIN,
  KEY_ENCRYPTION_KEY: 'AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=',
  BOOTSTRAP_API_TOKEN: API_TOKEN,
  BOOTSTRAP_ADMIN_LOGIN: 'admin@edgemint.example',
  BOOTSTRAP_ADMIN_PASSWORD: 'correct horse battery staple',
  RATE_LIMIT_PER_MINUTE: '1000000',
  OUTBOUND_ALLOWED_ORIGINS: '',
}
