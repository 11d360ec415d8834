import { describe, expect, test } from 'vitest';
import { rewriteRustcArguments } from '../../engine/build/rustc-arguments.ts';
import { parseRustcArguments } from '../../engine/build/rustc-command-line.ts';

/** What rustc is asked for when cargo asks with `written`, without its crate's own arguments. */
function asked(written: string, llvm = 22): string {
  const args = parseRustcArguments(['--crate-name', 'a', 'a.rs', ...written.split(' ')]);
  return ` ${rewriteRustcArguments(args, 'cackle-cc', llvm).join(' ')} `;
}

describe('the cut of a crate decides what is inlined, and stays as it is where something is', () => {
  test.each(['-C opt-level=3', '-Copt-level=s', '-O', '--codegen opt-level=1'])('%s', (written) =>
    expect(asked(written)).not.toContain('codegen-units='),
  );

  test('without optimisation there are not more than 16 units, whatever the machine', () => {
    const units = /codegen-units=(\d+)/.exec(asked('-C opt-level=0'))?.[1];
    expect(Number(units)).toBeGreaterThan(0);
    expect(Number(units)).toBeLessThanOrEqual(16);
  });

  test.each(['codegen-units=7', 'codegen_units=7'])('what the profile says is kept: %s', (units) =>
    expect(asked(`-C opt-level=0 -C ${units}`).match(/codegen.units=\S+/g)).toEqual([units]),
  );
});

describe('debug info is in every object, and linked only where cargo would', () => {
  test.each(['-C debuginfo=0', '-Cdebuginfo=none', '-C opt-level=0'])('%s', (written) => {
    expect(asked(written)).toContain(' debuginfo=1 ');
    expect(asked(written)).toContain(' strip=debuginfo ');
  });

  test.each(['-g', '-C debuginfo=2', '-C debuginfo=line-tables-only'])('%s', (written) => {
    expect(asked(written).match(/ debuginfo=\S+/g)).toEqual([' debuginfo=1']);
    expect(asked(written)).not.toContain('strip=');
  });

  test('symbols stay in what is linked: they are compared with ours', () => {
    expect(asked('-g -C strip=symbols')).not.toContain('strip');
    expect(asked('-g -C strip=debuginfo')).toContain(' strip=debuginfo ');
  });
});

describe('an optimising LLVM keeps equal code apart, so that each package has its own', () => {
  test.each(['-C opt-level=3', '-Copt_level=s', '-O', '--codegen opt-level=1'])('%s', (written) => {
    expect(asked(written)).toContain(' llvm-args=-opt-disable=mergefunc ');
    expect(asked(written)).toContain(' llvm-args=-hoist-common-insts=false ');
  });

  test('without optimisation nothing is merged', () => {
    expect(asked('-C opt-level=0')).not.toContain('llvm-args');
    expect(asked('-C opt-level=0', 19)).not.toContain('opt-level=1');
  });

  test.each([0, 19, 21])('LLVM %s merges functions above the first level', (llvm) => {
    for (const written of ['-C opt-level=3', '-Copt-level=z', '-O -C opt_level=2'])
      expect(asked(written, llvm).match(/ -O |opt.level=\S+/g)).toEqual(['opt-level=1']);
    expect(asked('-O', llvm)).not.toContain('opt-disable');
  });
});
