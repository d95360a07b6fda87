// The C library's streams: buffers in memory that go with positions of the host, text read and written line by line.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  FILE *output = fopen("output", "w+");
  if (!output) return 1;
  static char line[64];
  long sum = 0;
  for (int i = 0; fgets(line, sizeof line, stdin); i++) {
    sum += atol(line);
    if (i % 40 == 0) fprintf(output, "%d: %ld %.3f\n", i, sum, (double)sum / (i + 1));
    if (i % 60 == 7) {
      printf("%ld\n", sum);
      fflush(stdout);
    }
  }
  rewind(output);
  while (fgets(line, sizeof line, output)) fputs(line, stdout);
  return fclose(output) == 0 ? 0 : 2;
}
