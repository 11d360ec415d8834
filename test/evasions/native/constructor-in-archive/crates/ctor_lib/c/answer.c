#include <stdlib.h>

__attribute__((constructor)) static void before_main(void) {
  system("true"); //~ shell
}

int ctor_answer(void) {
  return 42;
}
