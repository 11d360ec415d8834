import { runProgram } from './run-program.ts';

/** What objects of a target are, and whose options its linker takes (GNU ld, MinGW's, link.exe's, Apple's). */
export interface Platform {
  readonly format: 'elf' | 'coff' | 'mach-o';
  readonly linker: 'gnu' | 'mingw' | 'msvc' | 'apple';
}

/** Targets with ELF objects. What is linked for other formats cannot be read back, so nothing is linked for them. */
export const elfPlatform: Platform = { format: 'elf', linker: 'gnu' };

/** Returns the platform of a target by the settings that `rustc --print cfg` lists, one on each line. */
export function platformBySettings(settings: string): Platform {
  const value = (name: string): string | undefined =>
    new RegExp(`^${name}="(.*)"$`, 'm').exec(settings)?.[1];
  if (value('target_vendor') === 'apple') return { format: 'mach-o', linker: 'apple' };
  const isWindows = value('target_os') === 'windows';
  if (isWindows && value('target_env') === 'gnu') return { format: 'coff', linker: 'mingw' };
  if (isWindows || value('target_os') === 'uefi') return { format: 'coff', linker: 'msvc' };
  return elfPlatform;
}

/** Asks rustc for the platforms of targets, once for each. */
export class Platforms {
  private readonly known = new Map<string, Promise<Platform>>();

  /**
   * Resolves to the platform of a target; without a target, to that of this machine. ELF where rustc cannot say: an
   * object of another format then ends the check.
   */
  of(target: string | undefined, rustc: string, env: NodeJS.ProcessEnv): Promise<Platform> {
    if (target === undefined) return Promise.resolve(elfPlatform);
    const key = [target, rustc, env.RUSTUP_TOOLCHAIN].join('\0');
    let platform = this.known.get(key);
    if (platform === undefined) {
      platform = runProgram(rustc, ['--print', 'cfg', '--target', target], { env }).then(
        ({ status, stdout }) =>
          status === 0 ? platformBySettings(stdout.toString()) : elfPlatform,
        () => elfPlatform,
      );
      this.known.set(key, platform);
    }
    return platform;
  }
}
