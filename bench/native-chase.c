/* The staircase's two chases without a GPU, an adapter or a browser between them and the processor: latency in ns against the
 * working set, over pages of 4 KiB and over huge ones. docs/MEMORY.md has what it gave.
 *
 *   gcc -O2 bench/native-chase.c -o /tmp/native-chase && /tmp/native-chase
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

enum { LINE = 64, PAGE = 4096, PER_PAGE = PAGE / LINE, SAMPLES = 7 };
static const size_t MOST = 64u << 20, HUGE = 2u << 20;

static uint64_t state = 88172645463325252u;
static uint64_t draw(void) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static void shuffle(uint32_t *values, size_t count) {
  for (size_t i = count - 1; i > 0; i--) {
    size_t j = draw() % (i + 1);
    uint32_t value = values[i];
    values[i] = values[j];
    values[j] = value;
  }
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* Line numbers in the order of a random cycle: a page after another, or all of them at random. */
static void order(uint32_t *sequence, size_t lines, int within) {
  for (size_t i = 0; i < lines; i++) sequence[i] = i;
  if (!within) return shuffle(sequence, lines);
  size_t pages = lines / PER_PAGE;
  uint32_t *page = malloc(pages * sizeof *page);
  for (size_t i = 0; i < pages; i++) page[i] = i;
  shuffle(page, pages);
  for (size_t p = 0; p < pages; p++) {
    for (int i = 0; i < PER_PAGE; i++) sequence[p * PER_PAGE + i] = page[p] * PER_PAGE + i;
    shuffle(sequence + p * PER_PAGE, PER_PAGE);
  }
  free(page);
}

/* Median of several chases of the cycle, after one lap that is not counted. */
static double latency(char *memory, const uint32_t *sequence, size_t lines) {
  for (size_t i = 0; i < lines; i++)
    *(uint64_t *)(memory + LINE * (uint64_t)sequence[i]) = LINE * (uint64_t)sequence[(i + 1) % lines];
  size_t hops = 4 * lines < 200000 ? 200000 : 2 * lines > 1000000 ? 1000000 : 2 * lines;
  uint64_t at = 0;
  double samples[SAMPLES];
  for (size_t i = 0; i < lines; i++) at = *(volatile uint64_t *)(memory + at);
  for (int k = 0; k < SAMPLES; k++) {
    double started = now();
    for (size_t i = 0; i < hops; i++) at = *(volatile uint64_t *)(memory + at);
    samples[k] = (now() - started) / hops;
  }
  qsort(samples, SAMPLES, sizeof *samples, ascending);
  return samples[SAMPLES / 2];
}

int main(void) {
  uint32_t *sequence = malloc(MOST / LINE * sizeof *sequence);
  for (int huge = 0; huge < 2; huge++) {
    char *memory = mmap(0, MOST + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memory = (char *)(((uintptr_t)memory + HUGE - 1) & ~(uintptr_t)(HUGE - 1));
    madvise(memory, MOST, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    for (size_t i = 0; i < MOST; i += PAGE) memory[i] = 1;
    for (int within = 1; within >= 0; within--) {
      printf("%s pages, %s\n", huge ? "huge" : "4 KiB", within ? "within pages" : "at random");
      for (size_t octave = PAGE; octave <= MOST; octave *= 2)
        for (int half = 2; half <= 3 && octave * half / 2 <= MOST; half++) {
          size_t lines = octave * half / 2 / LINE / PER_PAGE * PER_PAGE;
          if (half == 3 && octave < 2 * PAGE) continue;
          order(sequence, lines, within);
          printf("%8zu KiB %8.1f ns\n", lines * LINE / 1024, latency(memory, sequence, lines));
        }
    }
  }
  return 0;
}
