/** Variables that every sandboxed program gets (rule 7.4): what cargo tells it, and where programs are. */
const passed =
  /^(?:PATH|HOME|LD_LIBRARY_PATH|OUT_DIR|TARGET|HOST|OPT_LEVEL|PROFILE|NUM_JOBS|DEBUG|RUSTDOC|CARGO.*|RUSTC.*|DEP_.*)$/;

/** Cargo reads secrets from these: tokens, key files, proxies with a password. */
const secret =
  /^CARGO_(?:REGISTRY_.*|REGISTRIES_.*(?:TOKEN|KEY|CREDENTIAL.*)|CREDENTIAL.*|HTTP_PROXY)$/;

/** Does every sandboxed program get a variable, whatever cackle.toml names? */
export const isPassedToAll = (name: string): boolean =>
  name !== never && passed.test(name) && !secret.test(name);

/** With this a program inside could start ours. */
const never = 'RUSTC_WRAPPER';

/**
 * The environment inside: what is passed to all, and what `named` adds (pass_env, and for rustc the names
 * that the build script set by `rustc-env`).
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

/** Where the toolchain and rustup's stand-ins for it are. */
export interface ToolchainPlaces {
  readonly sysroot: string;
  readonly cargoHome: string;
}

/** rustup's proxies, found by a bare name or in Cargo's home, write to their home: the real program instead. */
export function withoutProxy(given: string, program: string, toolchain: ToolchainPlaces): string {
  const isProxy = given === program || given === `${toolchain.cargoHome}/bin/${program}`;
  return isProxy ? `${toolchain.sysroot}/bin/${program}` : given;
}
