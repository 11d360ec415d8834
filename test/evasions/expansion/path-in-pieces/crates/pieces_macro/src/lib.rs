#[macro_export]
macro_rules! join {
    ($root:ident $module:ident $function:ident) => {
        $root::$module::$function
    };
}
