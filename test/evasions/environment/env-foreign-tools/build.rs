fn main() {
    for name in ["LIB", "VCINSTALLDIR", "VSCMD_ARG_TGT_ARCH", "VS170COMNTOOLS", "WindowsSdkDir", "UCRTVersion", "DEVELOPER_DIR", "TOOLCHAINS"] {
        println!("cargo:rustc-env={name}=mine");
    }
}
