#[path = "a b.rs"]
mod a;
#[path = "c\\d.rs"]
mod c;
#[path = "e#f.rs"]
mod e;
#[path = "g$h.rs"]
mod g;
#[path = "i:j.rs"]
mod i;
#[path = "k\\"]
mod k;
#[path = "#l.rs"]
mod l;
#[path = "m\\ n.rs"]
mod m;
#[path = "o: p.rs"]
mod o;
#[path = "r'\"s.rs"]
mod r;
#[path = "é.rs"]
mod t;

fn main() {
    for look in [a::look, c::look, e::look, g::look, i::look, k::look, l::look, m::look] {
        look(&1);
    }
    for look in [o::look, r::look, t::look] {
        look(&1);
    }
}
