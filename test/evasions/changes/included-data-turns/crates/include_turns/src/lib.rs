include!("table.txt");
