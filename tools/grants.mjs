/** Grants: what a cackle.toml allows, as a set that two tools' answers can be compared by. */
import toml from 'toml';

/**
 * @typedef {object} Grant
 * @property {string} package
 * @property {'pkg' | 'from.build' | 'build' | 'from.test' | 'test' | 'api'} scope permission scope
 *   (rule 1.3); `api`: the package's module is included in that API (an accepted possible export)
 * @property {string} api an API, or `allow_unsafe`, `allow_extern`, `allow_proc_macro`,
 *   `allow_build_instructions=RULE`
 */
/** @typedef {{ grants: Grant[], exports?: Grant[] | undefined }} Found `exports` have scope `api` */

/** The wider scopes that a scope inherits from (rule 1.4).
 * @type {Record<Grant['scope'], Grant['scope'][]>} */
const WIDER = {
  pkg: [],
  'from.build': ['pkg'],
  build: ['from.build', 'pkg'],
  'from.test': ['pkg'],
  test: ['from.test', 'pkg'],
  api: [],
};
const FLAGS = ['allow_unsafe', 'allow_extern', 'allow_proc_macro'];
const INSTRUCTIONS = 'allow_build_instructions';

/** Orders and identifies grants. The original writes an exported path with the package's name,
 * Rust with the crate's: `-` and `_` count as one there.
 * @param {Grant} grant */
export function key(grant) {
  const name = grant.scope === 'api' ? grant.package.replaceAll('-', '_') : grant.package;
  return `${name}\0${grant.scope}\0${grant.api}`;
}

/** Leaves out each grant that a wider scope of the same package gives already.
 * @param {readonly Grant[]} grants */
export function minimal(grants) {
  const given = new Set(grants.map(key));
  return grants.filter(
    (grant) => !WIDER[grant.scope].some((scope) => given.has(key({ ...grant, scope }))),
  );
}

/** The grants of a configuration, in their minimal form, and the exports it includes in APIs.
 * @param {string} text a cackle.toml @returns {Required<Found>} */
export function grantsOfConfig(text) {
  const config = toml.parse(text);
  /** @type {Grant[]} */
  const grants = [];
  for (const [name, table] of Object.entries(config.pkg ?? {})) {
    const scopes = {
      pkg: table,
      'from.build': table.from?.build,
      build: table.build,
      'from.test': table.from?.test,
      test: table.test,
    };
    for (const [scope, permissions] of Object.entries(scopes)) {
      const add = (/** @type {string} */ api) =>
        grants.push({ package: name, scope: /** @type {Grant['scope']} */ (scope), api });
      (permissions?.allow_apis ?? []).forEach(add);
      for (const flag of FLAGS) if (permissions?.[flag]) add(flag);
      for (const rule of permissions?.[INSTRUCTIONS] ?? []) add(`${INSTRUCTIONS}=${rule}`);
    }
  }
  /** @type {Grant[]} */
  const exports = [];
  for (const [api, table] of Object.entries(config.api ?? {})) {
    for (const path of table.include ?? []) {
      const [name, module, ...rest] = path.split('::');
      if (name === undefined || module !== api || rest.length > 0) {
        throw new Error(`[api.${api}] includes ${path}, which is not PACKAGE::${api}`);
      }
      exports.push({ package: name, scope: 'api', api });
    }
  }
  return { grants: minimal(grants), exports };
}

/** A path in Rust begins with the crate's name, which has no `-`.
 * @param {Grant} grant */
const exportedPath = (grant) => `${grant.package.replaceAll('-', '_')}::${grant.api}`;

/** A version 2 configuration with every built-in API, no sandbox, and these grants.
 * @param {string | undefined} features @param {readonly Grant[]} grants
 * @param {readonly Grant[]} exports */
export function configText(features, grants, exports) {
  const list = (/** @type {readonly string[]} */ items) => JSON.stringify(items);
  const lines = [
    '[common]',
    'version = 2',
    'import_std = ["fs", "env", "net", "unix_sockets", "process", "terminate"]',
    ...(features === undefined ? [] : [`features = ${list(features.split(','))}`]),
    '',
    '[sandbox]',
    'kind = "Disabled"',
  ];
  /** @type {Map<string, Grant[]>} */
  const tables = new Map();
  const put = (/** @type {string} */ table, /** @type {Grant} */ grant) =>
    tables.set(table, [...(tables.get(table) ?? []), grant]);
  for (const grant of exports) put(`[api.${grant.api}]`, grant);
  for (const grant of grants) {
    const scope = grant.scope === 'pkg' ? '' : `.${grant.scope}`;
    put(`[pkg.${grant.package}${scope}]`, grant);
  }
  for (const [table, content] of [...tables].sort(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push('', table);
    if (table.startsWith('[api.')) {
      lines.push(`include = ${list(content.map(exportedPath))}`);
      continue;
    }
    const names = content.map((grant) => grant.api).sort();
    const rules = names
      .filter((name) => name.startsWith(`${INSTRUCTIONS}=`))
      .map((name) => name.slice(INSTRUCTIONS.length + 1));
    const flags = names.filter((name) => FLAGS.includes(name));
    const apis = names.filter((name) => !name.includes('=') && !flags.includes(name));
    if (apis.length > 0) lines.push(`allow_apis = ${list(apis)}`);
    for (const flag of flags) lines.push(`${flag} = true`);
    if (rules.length > 0) lines.push(`${INSTRUCTIONS} = ${list(rules)}`);
  }
  return `${lines.join('\n')}\n`;
}
