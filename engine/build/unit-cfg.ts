import { codegenName, type RustcArgument } from './rustc-command-line.ts';
import type { UnitCfg } from './types.ts';

/** `-C` options that set or unset a `cfg`. */
const decisive = new Set([
  ...['target-cpu', 'target-feature', 'panic', 'debug-assertions', 'opt-level', 'overflow-checks'],
  ...['relocation-model', 'soft-float'],
]);

/** A setting on the command line, as a person or cargo writes it. */
const setting = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:=\s*"([^"\\\r\n]*)"\s*)?$/;

/** Reads the settings from a command line; undefined when one is in an unknown form. */
export function readUnitCfg(
  args: readonly RustcArgument[],
  ran: Pick<UnitCfg, 'rustc' | 'cwd' | 'toolchain'>,
): UnitCfg | undefined {
  const options: string[] = [];
  const settings: string[] = [];
  for (const argument of args) {
    if (argument.kind === 'input') continue;
    const { name, value } = argument;
    if (name === 'cfg') {
      const [, key, text] = setting.exec(value ?? '') ?? [];
      if (key === undefined) return undefined;
      settings.push(text === undefined ? key : `${key}="${text}"`);
    } else if (name === 'test') settings.push('test');
    else if (name === 'O') options.push('-O');
    else if (name === 'target' || name === 'sysroot') options.push(`--${name}=${value}`);
    else if (name === 'Z') options.push(`-Z${value}`);
    else if (name === 'codegen' && decisive.has(codegenName(value))) options.push(`-C${value}`);
  }
  return { ...ran, options, settings };
}
