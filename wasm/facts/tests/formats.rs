//! Objects of every format say the same of one program: which functions of the standard library each crate refers to in code that
//! `main` reaches, and where (rules 4.5, 4.25).

mod whole;

use artifact::mutate::{rustc, TARGETS};
use artifact::NONE;
use facts::Columns;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

const ENTITY_BIT: u32 = 0x8000_0000;
const RETAIN: u32 = 16;
const ROOT_ARRAY: u32 = 32;
const GLOBAL: u32 = 1;
const ANONYMOUS: u32 = 16;
const APIS: [&str; 4] = ["std::fs::", "std::net::", "std::env::", "std::process::"];

/// The program and its library, compiled but not linked.
fn objects(test: &str, target: &str, optimised: bool) -> [Columns; 2] {
    let level = if optimised { "2" } else { "0" };
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test).join(target).join(level);
    std::fs::create_dir_all(&directory).expect("test directory");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    let run = |arguments: &[&str], source: &str| {
        let status = rustc(target)
            .args(arguments)
            .args(["-C", "codegen-units=1", "-C", &format!("opt-level={level}")])
            .arg(sources.join(source))
            .current_dir(&directory)
            .status()
            .expect("rustc runs");
        assert!(status.success(), "{target}: {source}");
    };
    run(&["--crate-type", "rlib"], "helper.rs");
    run(&["--crate-type", "bin", "--emit", "obj=program.o", "--extern", "helper=libhelper.rlib"], "program.rs");
    ["program.o", "libhelper.rlib"].map(|file| {
        let path: PathBuf = directory.join(file);
        let columns = facts::columns(&std::fs::read(&path).expect("what rustc wrote"), true).expect(target);
        whole::check(&columns);
        columns
    })
}

fn string(columns: &Columns, id: u32) -> &str {
    let range = columns.string_offsets[id as usize] as usize..columns.string_offsets[id as usize + 1] as usize;
    std::str::from_utf8(&columns.string_bytes[range]).unwrap()
}

fn name(columns: &Columns, id: u32) -> &str {
    let range = columns.name_offsets[id as usize] as usize..columns.name_offsets[id as usize + 1] as usize;
    std::str::from_utf8(&columns.name_bytes[range]).unwrap()
}

fn entity(columns: &Columns, entity: u32) -> &str {
    string(columns, columns.entity_string[entity as usize])
}

/// A link of files, as far as this program needs one.
struct Link<'a> {
    inputs: &'a [Columns],
    defined: HashMap<&'a str, (usize, u32)>,
    live: Vec<Vec<bool>>,
}

impl<'a> Link<'a> {
    fn of(inputs: &'a [Columns]) -> Self {
        let mut defined = HashMap::new();
        for (input, columns) in inputs.iter().enumerate() {
            for (node, &flags) in columns.node_flags.iter().enumerate() {
                if flags & GLOBAL != 0 {
                    defined.entry(entity(columns, columns.node_entity[node])).or_insert((input, node as u32));
                }
            }
        }
        let live = inputs.iter().map(|columns| vec![false; columns.section_flags.len()]).collect();
        let mut link = Link { inputs, defined, live };
        let mut queue = Vec::new();
        for (input, columns) in inputs.iter().enumerate() {
            let kept = columns.section_flags.iter().enumerate();
            queue.extend(kept.filter(|(_, &flags)| flags & 1 != 0 && flags & (RETAIN | ROOT_ARRAY) != 0).map(|(s, _)| (input, s)));
        }
        let main = link.defined["main"];
        queue.push((main.0, inputs[main.0].node_section[main.1 as usize] as usize));
        while let Some((input, section)) = queue.pop() {
            if std::mem::replace(&mut link.live[input][section], true) {
                continue;
            }
            let columns = &inputs[input];
            let nodes = columns.section_first_node[section] as usize..columns.section_first_node[section + 1] as usize;
            let edges = columns.node_first_edge[nodes.start] as usize..columns.node_first_edge[nodes.end] as usize;
            for &target in &columns.edge_target[edges] {
                if let Some((input, node)) = link.resolve(input, target) {
                    queue.push((input, inputs[input].node_section[node as usize] as usize));
                }
            }
            let same = |column: &[u32], value: u32| -> Vec<usize> {
                column.iter().enumerate().filter(|(_, &other)| other == value).map(|(section, _)| section).collect()
            };
            queue.extend(same(&columns.section_link_order, section as u32).into_iter().map(|section| (input, section)));
            if columns.section_group[section] != NONE {
                let group = same(&columns.section_group, columns.section_group[section]);
                queue.extend(group.into_iter().map(|section| (input, section)));
            }
        }
        link
    }

    fn resolve(&self, input: usize, target: u32) -> Option<(usize, u32)> {
        if target < ENTITY_BIT {
            return Some((input, target));
        }
        self.defined.get(entity(&self.inputs[input], target - ENTITY_BIT)).copied()
    }

    /// The functions of the standard library that an edge leads to, data without a name looked through.
    fn apis(&self, input: usize, target: u32, seen: &mut BTreeSet<(usize, u32)>, found: &mut BTreeSet<String>) {
        if let Some((input, node)) = self.resolve(input, target) {
            let columns = &self.inputs[input];
            if columns.node_flags[node as usize] & ANONYMOUS != 0 {
                if seen.insert((input, node)) {
                    let edges = columns.node_first_edge[node as usize]..columns.node_first_edge[node as usize + 1];
                    edges.for_each(|edge| self.apis(input, columns.edge_target[edge as usize], seen, found));
                }
                return;
            }
        }
        let columns = &self.inputs[input];
        let entity = if target < ENTITY_BIT { columns.node_entity[target as usize] } else { target - ENTITY_BIT };
        if entity != NONE {
            found.extend(own_name(columns, entity).filter(|name| APIS.iter().any(|api| name.starts_with(api))));
        }
    }

    /// Every use of an API by the crates of the test: crate, function, and with `places` file, line, column and the innermost call
    /// that was inlined there.
    fn uses(&self, places: bool) -> BTreeSet<String> {
        let mut uses = BTreeSet::new();
        for (input, columns) in self.inputs.iter().enumerate() {
            for node in 0..columns.node_flags.len() {
                let named = columns.node_entity[node];
                if !self.live[input][columns.node_section[node] as usize] || named == NONE {
                    continue;
                }
                let user = columns.entity_crate[named as usize];
                let user = if user == NONE { "" } else { name(columns, user).split('[').next().unwrap() };
                if !["program", "helper"].contains(&user) {
                    continue;
                }
                for edge in columns.node_first_edge[node] as usize..columns.node_first_edge[node + 1] as usize {
                    let mut found = BTreeSet::new();
                    self.apis(input, columns.edge_target[edge], &mut BTreeSet::new(), &mut found);
                    let place = columns.edge_place[edge];
                    let place = match place {
                        _ if !places => String::new(),
                        NONE => "nowhere".to_string(),
                        place => {
                            let place = place as usize;
                            let file = string(columns, columns.place_file[place]).rsplit('/').next().unwrap();
                            let inlined = match columns.edge_frame[edge] {
                                NONE => String::new(),
                                frame => own_name(columns, columns.frame_entity[frame as usize]).collect(),
                            };
                            format!("{file}:{}:{} {inlined}", columns.place_line[place], columns.place_column[place])
                        }
                    };
                    uses.extend(found.into_iter().map(|api| format!("{user} {api} {place}").trim().to_string()));
                }
            }
        }
        uses
    }
}

/// The name of the definition itself, of the roles that a symbol has.
fn own_name(columns: &Columns, entity: u32) -> impl Iterator<Item = String> + '_ {
    let range = columns.entity_first_name[entity as usize] as usize..columns.entity_first_name[entity as usize + 1] as usize;
    range.filter(|&row| columns.entity_roles[row] == 0).map(|row| {
        let name = name(columns, columns.entity_names[row]);
        match (name.find('['), name.find(']')) {
            (Some(open), Some(close)) => [&name[..open], &name[close + 1..]].concat(),
            _ => name.to_string(),
        }
    })
}

/// What CodeView has of a use: LLVM writes no columns into it, and of an inlined method of a trait's implementation the module in
/// place of the trait. (`user api place inlined`)
fn in_code_view(one: &str) -> String {
    let mut words: Vec<String> = one.split(' ').map(str::to_string).collect();
    if let Some((line, _)) = words.get(2).and_then(|place| place.rsplit_once(':')) {
        words[2] = line.to_string();
    }
    if let Some(inlined) = words.get_mut(3) {
        let segments: Vec<&str> = inlined.split("::").collect();
        *inlined = format!("{}…{}", segments[0], segments[segments.len() - 1]);
    }
    words.join(" ")
}

#[test]
fn one_program_uses_the_same_on_every_platform() {
    for optimised in [false, true] {
        let [elf, others @ ..] = TARGETS;
        let expected = objects("formats", elf, optimised);
        let expected = Link::of(&expected);
        let (names, places) = (expected.uses(false), expected.uses(true));
        for api in ["helper std::fs::read", "helper std::net::", "program std::process::exit", "program std::fs::hard_link"] {
            // The optimiser sees which function of the table is called.
            if optimised && api.ends_with("hard_link") {
                continue;
            }
            assert!(names.iter().any(|name| name.starts_with(api)), "{api} in {names:#?}");
        }
        assert!(!names.iter().any(|name| name.contains("rename") || name.contains("remove_dir")), "{names:#?}");
        for target in others {
            let inputs = objects("formats", target, optimised);
            let link = Link::of(&inputs);
            assert_eq!(link.uses(false), names, "{target}, optimised: {optimised}");
            let (found, expected) = (link.uses(true), &places);
            if target.ends_with("msvc") {
                let known = |uses: &BTreeSet<String>| uses.iter().map(|one| in_code_view(one)).collect::<BTreeSet<_>>();
                assert_eq!(known(&found), known(expected), "{target}, optimised: {optimised}");
            } else {
                assert_eq!(found, *expected, "{target}, optimised: {optimised}");
            }
        }
    }
}

#[test]
fn the_format_and_the_machine_are_told() {
    let told = TARGETS.map(|target| {
        let [program, _] = objects("formats-told", target, false);
        (program.member_format[0], program.member_machine[0])
    });
    assert_eq!(told, [(0, 62), (1, 62), (1, 62), (2, 183), (2, 62)]);
}

/// Returns the symbols that LLVM's linker for the target keeps of a program that was compiled for `test`; None without that linker.
fn linked(test: &str, target: &str) -> Option<BTreeSet<String>> {
    let sysroot = rustc(target).args(["--print", "sysroot"]).output().expect("rustc runs").stdout;
    let linker = Path::new(String::from_utf8_lossy(&sysroot).trim()).join("lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld");
    if !linker.is_file() {
        return None;
    }
    let machine = if target.starts_with("aarch64") { "arm64" } else { "x86_64" };
    let apple = ["-arch", machine, "-platform_version", "macos", "11", "11", "-undefined", "dynamic_lookup", "-dead_strip", "-map", "map", "-o", "linked"];
    let windows = ["/OPT:REF", "/FORCE:UNRESOLVED", "/ENTRY:main", "/SUBSYSTEM:console", "/DEMANGLE:NO", "/MAP:map", "/OUT:linked"];
    let (flavour, arguments) = if target.ends_with("msvc") { ("link", &windows[..]) } else { ("darwin", &apple[..]) };
    let output = std::process::Command::new(linker)
        .args(["-flavor", flavour])
        .args(arguments)
        .args(["program.o", "libhelper.rlib"])
        .current_dir(Path::new(env!("CARGO_TARGET_TMPDIR")).join(test).join(target).join("0"))
        .output()
        .expect("the linker runs");
    assert!(output.status.success(), "{target}: {}", String::from_utf8_lossy(&output.stderr));
    let map = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test).join(target).join("0/map");
    let map = std::fs::read_to_string(map).expect("the linker's map");
    let names = map.lines().take_while(|line| !line.contains("Dead Stripped")).filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match (flavour, &words[..]) {
            ("link", [place, name, ..]) if place.contains(':') => Some(name.to_string()),
            ("darwin", [address, .., name]) if address.starts_with("0x") => name.strip_prefix('_').map(str::to_string),
            _ => None,
        }
    });
    Some(names.collect())
}

/// Rule 4.3: LLVM's linkers for Windows and macOS keep no symbol that we call dead.
#[test]
fn what_a_linker_keeps_is_live() {
    for target in ["x86_64-pc-windows-msvc", "aarch64-apple-darwin", "x86_64-apple-darwin"] {
        let inputs = objects("formats-linked", target, false);
        let link = Link::of(&inputs);
        let Some(linked) = linked("formats-linked", target) else { return };
        let mut live: HashMap<&str, bool> = HashMap::new();
        for (input, columns) in inputs.iter().enumerate() {
            for (node, &named) in columns.node_entity.iter().enumerate() {
                if named != NONE {
                    *live.entry(entity(columns, named)).or_default() |= link.live[input][columns.node_section[node] as usize];
                }
            }
        }
        let dead: Vec<_> = linked.iter().filter(|name| live.get(name.as_str()) == Some(&false)).collect();
        let known = linked.iter().filter(|name| live.contains_key(name.as_str())).count();
        assert!(known > 100, "{target}: {known} of {}", linked.len());
        assert!(dead.is_empty(), "{target}: {dead:#?}");
        let kept = live.values().filter(|&&is_live| is_live).count();
        println!("{target}: {known} symbols linked, {kept} live of {}", live.len());
    }
}
