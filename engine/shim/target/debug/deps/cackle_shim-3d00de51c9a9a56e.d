/tmp/w/ui/engine/shim/target/debug/deps/cackle_shim-3d00de51c9a9a56e.d: src/main.rs src/child.rs src/diagnostics.rs src/diagnostics_tests.rs src/jobserver.rs src/json.rs src/plan.rs src/role.rs src/wire.rs

/tmp/w/ui/engine/shim/target/debug/deps/cackle_shim-3d00de51c9a9a56e: src/main.rs src/child.rs src/diagnostics.rs src/diagnostics_tests.rs src/jobserver.rs src/json.rs src/plan.rs src/role.rs src/wire.rs

src/main.rs:
src/child.rs:
src/diagnostics.rs:
src/diagnostics_tests.rs:
src/jobserver.rs:
src/json.rs:
src/plan.rs:
src/role.rs:
src/wire.rs:
