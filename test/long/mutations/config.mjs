/** The cackle.toml of a state: generous at first, so that a check is clean until a permission is taken away. */

/** @typedef {import('./workspace.mjs').State} State */

/** @param {State} s */
export function configOf(s) {
  const imported = ['fs', 'net', 'process', 'env'].filter((one) => s.imports.includes(`"${one}"`));
  const all = [...imported, ...(s.api === '' ? [] : ['own'])];
  const apis = `[${all.map((one) => `"${one}"`).join(', ')}]`;
  /** @param {string} wanted @returns {string[]} */
  const allow = (wanted) => {
    if (wanted === 'all') return [`allow_apis = ${apis}`];
    if (wanted === 'test') return [`test.allow_apis = ${apis}`];
    if (wanted === 'build') return [`build.allow_apis = ${apis}`];
    return [];
  };
  const tables = {
    app: [`build.allow_build_instructions = ${s.instructions}`, ...allow(s.allowApp)],
    lib: [
      `allow_unsafe = ${s.unsafeAllowed}`,
      `allow_extern = ${s.unsafeAllowed}`,
      ...(s.allowLibrary === 'none' ? [] : ['build.allow_build_instructions = []']),
      ...allow(s.allowLibrary),
    ],
    made: [`allow_proc_macro = ${s.procMacro}`, ...allow(s.allowMade)],
    dep: allow(s.allowDependency),
    tool: allow(s.allowTool),
    plus: [`allow_unsafe = true`, ...allow(s.allowDependency)],
  };
  const sections = [];
  if (s.api !== '') sections.push(`[api.own]\ninclude = ["${s.api}"]\n`);
  if (s.excluded !== '' && imported.includes('fs'))
    sections.push(`[api.fs]\nexclude = ["${s.excluded}"]\n`);
  for (const [name, lines] of Object.entries(tables))
    sections.push(`[pkg.${name}]\n${lines.join('\n')}\n`);
  return `[common]
version = ${s.configVersion}
import_std = ${s.imports}
build_flags = ${s.buildFlags}
features = [${s.configFeature === 'none' ? '' : `"${s.configFeature}"`}]
explicit_build_scripts = ${s.explicitScripts}

[sandbox]
kind = "Disabled"

${sections.join('\n')}`;
}
