import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ofTargets } from '../conditions/other-cfg.ts';
import { type CfgSet, readCfgSet } from '../workspace/cfg-expression.ts';
import { runProgram } from '../workspace/run-program.ts';
import type { Workspace } from '../workspace/types.ts';

/** A target that a build could have. */
export interface Candidate {
  readonly triple: string;
  /** Its settings, of those that tell targets apart. */
  readonly settings: CfgSet;
}

/** Targets of each kind of system that code asks for, those that most programs are built for first. */
const triples = [
  'x86_64-unknown-linux-gnu',
  'aarch64-unknown-linux-gnu',
  'x86_64-pc-windows-gnu',
  'x86_64-pc-windows-msvc',
  'aarch64-apple-darwin',
  'x86_64-apple-darwin',
  'x86_64-unknown-linux-musl',
  'i686-unknown-linux-gnu',
  'i686-pc-windows-msvc',
  'aarch64-pc-windows-msvc',
  'wasm32-unknown-unknown',
  'wasm32-wasip1',
  'wasm32-wasip2',
  'wasm32-unknown-emscripten',
  'aarch64-linux-android',
  'aarch64-apple-ios',
  'aarch64-apple-tvos',
  'aarch64-apple-watchos',
  'aarch64-apple-visionos',
  'x86_64-unknown-freebsd',
  'x86_64-unknown-netbsd',
  'x86_64-unknown-openbsd',
  'x86_64-unknown-dragonfly',
  'x86_64-unknown-illumos',
  'x86_64-pc-solaris',
  'x86_64-unknown-redox',
  'x86_64-unknown-haiku',
  'x86_64-unknown-fuchsia',
  'x86_64-unknown-hermit',
  'x86_64-fortanix-unknown-sgx',
  'x86_64-unknown-uefi',
  'x86_64-unknown-none',
  'x86_64-unknown-linux-ohos',
  'x86_64-unknown-linux-gnux32',
  'armv7-unknown-linux-gnueabihf',
  'riscv64gc-unknown-linux-gnu',
  'powerpc64le-unknown-linux-gnu',
  'powerpc64-unknown-linux-gnu',
  'powerpc64-ibm-aix',
  's390x-unknown-linux-gnu',
  'loongarch64-unknown-linux-gnu',
  'sparc64-unknown-linux-gnu',
  'mips64-unknown-linux-gnuabi64',
  'thumbv7em-none-eabihf',
  'armv7-sony-vita-newlibeabihf',
  'armv6k-nintendo-3ds',
  'aarch64-nintendo-switch-freestanding',
  'x86_64-wrs-vxworks',
  'xtensa-esp32-espidf',
  'riscv32imc-esp-espidf',
  'x86_64-unikraft-linux-musl',
  'i586-pc-nto-qnx700',
  'x86_64-unknown-hurd-gnu',
];

/** Resolves to the targets that this rustc knows, those first whose standard library is installed. */
export async function candidates(
  { root, sysroot, host, builtFor }: Workspace,
  rustc: string,
): Promise<Candidate[]> {
  const isInstalled = (triple: string): boolean =>
    existsSync(join(sysroot, 'lib', 'rustlib', triple, 'lib'));
  const ordered = [...new Set([...builtFor, host, ...triples])].sort(
    (a, b) => Number(isInstalled(b)) - Number(isInstalled(a)),
  );
  const read = await Promise.all(
    ordered.map(async (triple): Promise<Candidate[]> => {
      const args = ['--print', 'cfg', '--target', triple];
      const { status, stdout } = await runProgram(rustc, args, { cwd: root });
      // An older or newer rustc does not know each of them.
      if (status !== 0) return [];
      const settings = [...readCfgSet(stdout.toString())].filter((name) => ofTargets.test(name));
      return [{ triple, settings: new Set(settings) }];
    }),
  );
  return read.flat();
}
