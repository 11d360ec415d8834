import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noBubblewrap } from '../sandbox/support.ts';
import { cackle, check, config, fixture, short } from '../support/cackle.ts';
import { sampled, wholeTest } from '../support/whole.ts';

const ALLOWED = '[pkg.sys.build]\nallow_apis = ["fs", "env"]\n';
const RELEASED = `${ALLOWED}allow_build_instructions = ["cargo:rustc-env=MADE_BY=*"]\n`;

/** `app` needs `sys`, whose script has run and said what is not allowed yet. */
async function held(
  text: (rest: string) => string = config,
  name = 'said-before',
): Promise<{
  directory: string;
  release: (env?: NodeJS.ProcessEnv) => Promise<{ runs: number; built: unknown[] }>;
  outDir: string;
}> {
  const directory = fixture(name, { files: { 'cackle.toml': text(ALLOWED) } });
  const first = await check(directory);
  expect(first.problems.map(short)).toContain('disallowed-build-instruction sys');
  const build = join(directory, 'target/cackle/build');
  const own = readdirSync(build).filter((unit) => existsSync(join(build, unit, 'out/runs')));
  expect(own).toHaveLength(1);
  const outDir = join(build, own[0] as string, 'out');
  const runs = (): number => statSync(join(outDir, 'runs')).size;
  expect(runs()).toBe(1);
  return {
    directory,
    outDir,
    release: async (env = {}) => {
      writeFileSync(join(directory, 'cackle.toml'), text(RELEASED));
      const { problems, counts } = await check(directory, [], env);
      return { runs: runs(), built: [problems.map(short), counts.compiledAgain, counts.cargoRuns] };
    },
  };
}

const once = { runs: 1, built: [[], 0, 1] };
const again = { runs: 2, built: [[], 0, 1] };

describe('rule 9.3: a permission for an instruction that was held', () => {
  test('the script does not run again, and what depends on it is built with what it said', async () => {
    const { directory, release } = await held();
    expect(await release()).toEqual(once);
    const [unit] = readdirSync(join(directory, 'target/cackle/build'))
      .map((name) => join(directory, 'target/cackle/build', name, 'output'))
      .filter(existsSync);
    expect(readFileSync(unit as string, 'utf8')).toContain('cargo::rustc-env=MADE_BY=script');
    const clean = await check(directory);
    expect([clean.status, clean.counts.unitsBuilt]).toEqual([0, 0]);
    // Cargo watches for it as it did.
    writeFileSync(join(directory, 'sys/input'), '2');
    expect((await release()).runs).toBe(2);
  });

  wholeTest('a script that names nothing is known by its whole package', async () => {
    const name = 'said-before-names-nothing';
    expect(await (await held(config, name)).release()).toEqual(once);
    const { directory, release } = await held(config, name);
    writeFileSync(join(directory, 'sys/README'), 'new');
    expect(await release()).toEqual(again);
  });

  test.skipIf(noBubblewrap)('in a sandbox only what is seen inside counts', async () => {
    const inside = (rest: string): string => config(rest).replace('"Disabled"', '"Bubblewrap"');
    const { release } = await held(inside);
    expect(await release({ OTHER_WINDOW: '2' })).toEqual(once);
  });
});

type Change = (place: { directory: string; outDir: string }) => NodeJS.ProcessEnv | undefined;

/** Another text of the same size and time. */
function forge(path: string, from: string, to: string): void {
  const { atime, mtime } = statSync(path);
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  utimesSync(path, atime, mtime);
}

test.each(
  sampled<[string, Change]>([
    [
      'a file in OUT_DIR has another text',
      ({ outDir }) => {
        forge(join(outDir, 'made.rs'), '= 1', '= 7');
        return undefined;
      },
    ],
    [
      'a file in OUT_DIR is gone',
      ({ outDir }) => {
        rmSync(join(outDir, 'made.rs'));
        return undefined;
      },
    ],
    [
      'a file is new there',
      ({ outDir }) => {
        writeFileSync(join(outDir, 'more.rs'), '');
        return undefined;
      },
    ],
    [
      'a link is there',
      ({ outDir }) => {
        symlinkSync('/', join(outDir, 'root'));
        return undefined;
      },
    ],
    [
      'what it reads has another text',
      ({ directory }) => {
        forge(join(directory, 'sys/input'), '1', '7');
        return undefined;
      },
    ],
    [
      'the script is another',
      ({ directory }) => {
        const path = join(directory, 'sys/build.rs');
        writeFileSync(path, readFileSync(path, 'utf8').replace('= {};', '=  {};'));
        return undefined;
      },
    ],
    ['a variable is another', () => ({ SAID_BEFORE: '1' })],
    [
      'its record is another',
      ({ directory }) => {
        const records = join(directory, 'target/.cackle/build-scripts');
        for (const name of readdirSync(records)) {
          const path = join(records, name);
          writeFileSync(path, readFileSync(path, 'utf8').replaceAll('=script', '=forged'));
        }
        return undefined;
      },
    ],
  ]),
)('it runs again when %s', async (_, change) => {
  const place = await held();
  const env = change(place);
  const { runs, built } = await place.release(env);
  expect([runs, built[0]]).toEqual([2, []]);
});

wholeTest('it runs again when the script of what it depends on has run', async () => {
  const text = (rest: string): string =>
    config(`[pkg.base.build]\nallow_build_instructions = ["cargo:metadata=*"]\n${rest}`);
  const { directory, release } = await held(text, 'said-before-depends');
  writeFileSync(join(directory, 'base/input'), '2');
  expect((await release()).runs).toBe(2);
});

test.skipIf(noBubblewrap)('it runs again when its sandbox is another', async () => {
  const inside = (rest: string): string =>
    config(rest)
      .replace('"Disabled"', '"Bubblewrap"')
      .replace(
        '[pkg.sys.build]\n',
        `[pkg.sys.build]\n${rest === RELEASED ? 'sandbox.allow_network = true\n' : ''}`,
      );
  const { release } = await held(inside);
  expect((await release()).runs).toBe(2);
});

test('a neighbour that writes into its OUT_DIR has it run again', async () => {
  const { directory, outDir, release } = await held();
  writeFileSync(
    join(directory, 'build.rs'),
    `fn main() { let path = "${join(outDir, 'made.rs')}"; std::fs::write(path, "pub const MADE: u8 = 9;").unwrap(); println!("cargo::rerun-if-changed=build.rs"); }`,
  );
  const allowNeighbour = (): void =>
    writeFileSync(
      join(directory, 'cackle.toml'),
      config(`${ALLOWED}[pkg.app.build]\nallow_apis = ["fs"]\n`),
    );
  allowNeighbour();
  const ran = await cackle(['-n', '--path', directory]);
  expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining('out/made.rs')]);
  expect((await release()).runs).toBe(2);
  expect(readFileSync(join(outDir, 'made.rs'), 'utf8')).toContain('= 1');
});
