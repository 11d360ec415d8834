import { beforeAll, expect, test } from 'vitest';
import { cackle, check, fixture } from '../support/cackle.ts';

// Rule 6.25: how many places a function has does not make the report for people long.

const MODULES =
  'a_module_whose_name_is_as_long_as_those_that_generators_of_code_write::another_module_whose_name_is_as_long_as_those_that_generators_write';

let directory: string;
beforeAll(() => {
  directory = fixture('places-folded');
});

test('rule 6.25: the places of a function are one line, and a long name is cut', async () => {
  const { stdout } = await cackle(['-n', '--path', directory]);
  expect(stdout.match(/^ +src\/main\.rs:.* uses .*/gm)).toEqual([
    expect.stringMatching(
      /src\/main\.rs:4:21, 5:21, 6:21 … \(4 places\) uses std::fs::read, std::fs::remove_file$/,
    ),
    expect.stringMatching(/src\/main\.rs:13:13 uses std::fs::read$/),
  ]);
  expect(stdout).not.toContain(`${MODULES}::reads`);
  const cut = stdout.split('\n').find((line) => line.includes('a_module_whose_name'));
  expect(cut).toContain('… [places-folded (bin)]');
});

test('rule 6.25: with --debug each use is a line and names are whole; in JSON too', async () => {
  const { stdout } = await cackle(['-n', '--debug', '--path', directory]);
  expect(stdout.match(/^ +src\/main\.rs:\d+:\d+ uses std::fs::\w+$/gm)).toHaveLength(5);
  expect(stdout).toContain(`${MODULES}::reads [`);
  const { problems } = await check(directory);
  const [problem] = problems;
  expect(problem !== undefined && 'usages' in problem ? problem.usages : []).toHaveLength(5);
  expect(JSON.stringify(problems)).toContain(`${MODULES}::reads`);
});
