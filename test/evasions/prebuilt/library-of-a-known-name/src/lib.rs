pub fn quiet() {}
