/** Variables that every sandboxed program gets (rule 7.4): those that cargo sets, and those by which programs are found. */
const passed =
  /^(?:PATH|HOME|LD_LIBRARY_PATH|OUT_DIR|TARGET|HOST|OPT_LEVEL|PROFILE|NUM_JOBS|DEBUG|RUSTDOC|CARGO.*|RUSTC.*|DEP_.*)$/;

/** Variables from which cargo reads secrets: tokens, key files, proxies with a password. */
const secret =
  /^CARGO_(?:REGISTRY_.*|REGISTRIES_.*(?:TOKEN|KEY|CREDENTIAL.*)|CREDENTIAL.*|HTTP_PROXY)$/;

/** Does every sandboxed program get a variable, whatever cackle.toml says? */
export const isPassedToAll = (name: string): boolean =>
  name !== never && passed.test(name) && !secret.test(name);

/** With this variable a program inside could start the shim. */
const never = 'RUSTC_WRAPPER';

/**
 * Returns the environment inside: the variables that are passed to all programs, and those in `named` (pass_env, and for
 * rustc the names that the build script set by `rustc-env`).
 */
export function sandboxEnvironment(
  env: ReadonlyMap<string, string>,
  named: readonly string[],
  toolchain: ToolchainPlaces,
): Map<string, string> {
  const inside = new Map<string, string>();
  for (const [name, value] of env) {
    if (!isPassedToAll(name) && (name === never || !named.includes(name))) continue;
    inside.set(name, value);
  }
  for (const [name, program] of [
    ['RUSTC', 'rustc'],
    ['RUSTDOC', 'rustdoc'],
  ] as const) {
    const value = inside.get(name);
    if (value !== undefined) inside.set(name, withoutProxy(value, program, toolchain));
  }
  const bin = `${toolchain.sysroot}/bin`;
  const path = (inside.get('PATH') ?? '').split(':').filter((part) => part !== '');
  if (!path.includes(bin)) inside.set('PATH', [bin, ...path].join(':'));
  return inside;
}

/** The directories of the toolchain and of rustup's proxies for it. */
export interface ToolchainPlaces {
  readonly sysroot: string;
  readonly cargoHome: string;
}

/** Returns the real program in place of a proxy of rustup (a bare name, or in Cargo's home), which would write to its home. */
export function withoutProxy(given: string, program: string, toolchain: ToolchainPlaces): string {
  const isProxy = given === program || given === `${toolchain.cargoHome}/bin/${program}`;
  return isProxy ? `${toolchain.sysroot}/bin/${program}` : given;
}
