#include <stdlib.h>

int plain_answer(void) {
  return 42;
}

int unused(void) {
  return system("false"); //~ shell[windows-gnu]
}
