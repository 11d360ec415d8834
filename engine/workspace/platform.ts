import { type RustcOptions, rustcSettings } from './rustc-settings.ts';

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

/**
 * Resolves to the platform of rustc's options, of which one may name a target; without one, to that of this machine. ELF where rustc
 * cannot say: an object of another format then ends the check.
 */
export async function platformOf(asked: RustcOptions): Promise<Platform> {
  if (!asked.options.some((option) => option.startsWith('--target='))) return elfPlatform;
  return platformBySettings(await rustcSettings(asked));
}
