//! The macros of a source as JSON. It contains only names and numbers, so nothing has to be escaped.

use crate::lends::Lending;
use crate::macros::{Call, Macros, PLAIN};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const PASSES_ON: u8 = 1;
const BARE_EXTERN: u8 = 2;
const HAS_ARGUMENTS: u8 = 4;

fn lending_bits(lends: &Lending) -> u8 {
    let Lending { caller_in_unsafe, linkage, foreign, joins, applies, defines, renames } = *lends;
    [caller_in_unsafe, linkage, foreign, joins, applies, defines, renames]
        .iter()
        .enumerate()
        .map(|(bit, &set)| u8::from(set) << bit)
        .sum()
}

fn call_bits(call: &Call) -> u8 {
    u8::from(call.passes_on) * PASSES_ON
        + u8::from(call.bare_extern) * BARE_EXTERN
        + u8::from(call.has_arguments) * HAS_ARGUMENTS
}

/// `{ "defined": [[name, exported, bits of Lending, { called: bits }, names of arguments]], "renamed": [[other, name]],
/// "calls": { name: [line, column, bits, …] }, "names": { name: [argument] or 0 for any } }`.
pub fn json(macros: &Macros) -> String {
    let mut out = String::from("{\"defined\":[");
    for (i, defined) in macros.defined.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let mut called: BTreeMap<&str, u8> = BTreeMap::new();
        for call in defined.calls.iter().filter(|call| !PLAIN.contains(&call.name)) {
            *called.entry(call.name).or_default() |= call_bits(call);
        }
        let called: Vec<String> = called.iter().map(|(name, bits)| format!("\"{name}\":{bits}")).collect();
        let (name, exported, bits) = (defined.name, u8::from(defined.exported), lending_bits(&defined.lends));
        let _ = write!(out, "{comma}[\"{name}\",{exported},{bits},{{{}}}]", called.join(","));
    }
    let renamed: Vec<String> = macros.renamed.iter().map(|(other, name)| format!("[\"{other}\",\"{name}\"]")).collect();
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut names: BTreeMap<&str, Option<BTreeSet<&str>>> = BTreeMap::new();
    for call in &macros.calls {
        let Call { name, line, column, .. } = *call;
        places.entry(name).or_default().push(format!("{line},{column},{}", call_bits(call)));
        let known = names.entry(name).or_insert_with(|| Some(BTreeSet::new()));
        match (&call.names, known.as_mut()) {
            (Some(more), Some(known)) => known.extend(more),
            _ => *known = None,
        }
    }
    let calls: Vec<String> = places.iter().map(|(name, list)| format!("\"{name}\":[{}]", list.join(","))).collect();
    let names: Vec<String> = names
        .iter()
        .filter(|(name, list)| !PLAIN.contains(name) && list.as_ref().is_none_or(|list| !list.is_empty()))
        .map(|(name, list)| match list {
            None => format!("\"{name}\":0"),
            Some(list) => {
                let list: Vec<String> = list.iter().map(|name| format!("\"{name}\"")).collect();
                format!("\"{name}\":[{}]", list.join(","))
            }
        })
        .collect();
    let _ = write!(
        out,
        "],\"renamed\":[{}],\"calls\":{{{}}},\"names\":{{{}}}}}",
        renamed.join(","),
        calls.join(","),
        names.join(",")
    );
    out
}
