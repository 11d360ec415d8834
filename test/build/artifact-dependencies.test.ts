import { expect, test } from 'vitest';
import { cackle, check, config, manifest, workspace } from '../support/cackle.ts';
import { noNightly, onNightly } from '../support/nightly.ts';

// Spec 4, "Order of trust": what a build script is given to run would run before it was judged.

const files = (dependencies: string): Record<string, string> => ({
  'Cargo.toml': manifest('user', dependencies),
  'src/main.rs': 'fn main() {}',
  'build.rs': `fn main() {
    if let Ok(tool) = std::env::var("CARGO_BIN_FILE_TOOL") { std::process::Command::new(tool).status().unwrap(); }
}`,
  'tool/Cargo.toml': manifest('tool'),
  'tool/src/main.rs': 'fn main() { std::fs::write("ran", "").unwrap(); }',
  '.cargo/config.toml': '[unstable]\nbindeps = true\n',
  'cackle.toml': config('[pkg.user]\nbuild.allow_apis = ["process", "env"]\n'),
});

test.skipIf(noNightly !== undefined)(
  `a program that a build script would be given to run ends check and test ${noNightly ?? ''}`,
  async () => {
    const directory = workspace(
      'artifact-build',
      files('[build-dependencies]\ntool = { path = "tool", artifact = "bin" }\n'),
    );
    for (const args of [
      ['-n', '--path', directory],
      ['--path', directory, 'test'],
    ]) {
      const ran = await cackle(args, onNightly);
      expect(ran.status).toBe(2);
      expect(ran.stderr).toContain('the build script of user is given a program of tool to run');
    }
  },
);

test.skipIf(noNightly !== undefined)(
  `a program that only the package itself refers to is judged as any other ${noNightly ?? ''}`,
  async () => {
    const directory = workspace(
      'artifact-normal',
      files('[dependencies]\ntool = { path = "tool", artifact = "bin" }\n'),
    );
    const { problems } = await check(directory, [], onNightly);
    expect(problems).toContainEqual(
      expect.objectContaining({ kind: 'disallowed-api', packageName: 'tool', api: 'fs' }),
    );
  },
);
