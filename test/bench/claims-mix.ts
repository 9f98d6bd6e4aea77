/** Expressions as the claims of machines have them, and the app that they are of. */

export const PROFILE = {
  tenant: 'acme',
  region: 'eu-west',
  plan: 'silver',
  level: '3',
  contact: 'ops@acme.example',
  features: ['audit', 'export', 'reports'],
  limits: { daily: 5000 },
}

export const MIX: readonly string[] = [
  'app.profile.tenant',
  'app.profile.limits.daily',
  '"tenant-" + app.profile.tenant',
  'String.toUpperCase(app.profile.region)',
  'String.substringAfter(app.profile.contact, "@")',
  'String.replace(Arrays.toCsvString(access.scope), ",", " ")',
  'Arrays.contains(access.scope, "read") ? "reader" : "none"',
  'Arrays.size(app.profile.features)',
  'app.profile.plan == "gold" ? 1000 : app.profile.plan == "silver" ? 100 : 10',
  'app.profile.owner ?: "nobody"',
  'String.append(app.label, String.append("-", app.profile.region))',
  'Arrays.flatten("base", app.profile.features)',
  '(appuser != null) ? appuser.userName : app.clientId',
  'String.startsWith(app.label, "bench") AND Arrays.contains(app.profile.features, "audit")',
  'Convert.toInt(app.profile.level) + 1',
  'app.profile.contact matches "[a-z]+@[a-z.]+"',
  'String.stringSwitch(app.profile.region, "world", "us-", "america", "eu-", "europe")',
  'app.profile.features[0]',
  'Arrays.add(access.scope, String.join(":", "tenant", app.profile.tenant))',
  '{app.id, org.subDomain}',
]
