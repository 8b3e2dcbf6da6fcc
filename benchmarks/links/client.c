/*
 * The limit that contenders of benchmarks/links.ts are measured against: blocking sockets, memory set aside beforehand.
 *
 * client ADDRESS PORT   reads orders, one a line, and prints one line of JSON for each:
 *   query N   asks *IDN? N times: median and 99th percentile of a round trip, us
 *   block     asks BLOCK?: ms until the last byte is here, ms until all points are volts, and a sum over the volts
 *   record TYPE BLOCKS REFERENCE INCREMENT ORIGIN
 *             asks BLOCK? so many times, one after the other, and makes volts of them: u8, s8, i16be, u16be, i16le, f32le;
 *             ms until all points are volts, ms of processor time, points, and the sum
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_POINTS 10000000
static double reference = 100, increment_V = 1e-4, origin_V = 0.5; /* as in every contender */
static char bytes[4 * MOST_POINTS];
static double volts[MOST_POINTS], took_us[1000000];
static int fd;

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void give_up(const char *why) {
  perror(why);
  exit(1);
}

static void fill(char *into, size_t count) {
  while (count > 0) {
    ssize_t got = recv(fd, into, count, 0);
    if (got <= 0) give_up("recv");
    into += got;
    count -= got;
  }
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void query(int times) {
  char reply[4096];
  for (int i = 0; i < times; i++) {
    double start_us = now_us();
    if (send(fd, "*IDN?\n", 6, 0) != 6) give_up("send");
    ssize_t have = 0;
    do {
      ssize_t got = recv(fd, reply + have, sizeof reply - have, 0);
      if (got <= 0) give_up("recv");
      have += got;
    } while (reply[have - 1] != '\n');
    took_us[i] = now_us() - start_us;
  }
  qsort(took_us, times, sizeof *took_us, ascending);
  printf("{\"median_us\":%.3f,\"p99_us\":%.3f}\n", took_us[times / 2], took_us[times * 99 / 100]);
}

/* Big-endian 16-bit codes to volts; kept out of line so that nothing is folded away. */
__attribute__((noinline)) static void convert(size_t points) {
  for (size_t i = 0; i < points; i++) {
    uint16_t code;
    memcpy(&code, bytes + 2 * i, 2);
    volts[i] = ((int16_t)__builtin_bswap16(code) - reference) * increment_V + origin_V;
  }
}

static void block(void) {
  char head[12] = {0};
  double start_us = now_us();
  if (send(fd, "BLOCK?\n", 7, 0) != 7) give_up("send");
  fill(head, 2);
  fill(head + 2, head[1] - '0');
  size_t length = strtoul(head + 2, 0, 10);
  if (length > sizeof bytes) exit(1);
  fill(bytes, length);
  fill(head, 1);
  double here_us = now_us();
  convert(length / 2);
  double done_us = now_us(), sum_V = 0;
  for (size_t i = 0; i < length / 2; i += 1000) sum_V += volts[i];
  printf("{\"receive_ms\":%.3f,\"total_ms\":%.3f,\"sum_V\":%.6f}\n", (here_us - start_us) / 1e3, (done_us - start_us) / 1e3,
         sum_V);
}

/* One loop a type, over memory of known type: as fast as the compiler makes it. */
#define CONVERT(name, type, code)                                           \
  __attribute__((noinline)) static void name(size_t points, double *into) { \
    for (size_t i = 0; i < points; i++) {                                   \
      type raw;                                                             \
      memcpy(&raw, bytes + sizeof raw * i, sizeof raw);                     \
      into[i] = ((code) - reference) * increment_V + origin_V;              \
    }                                                                       \
  }
CONVERT(from_u8, uint8_t, raw)
CONVERT(from_s8, int8_t, raw)
CONVERT(from_i16be, uint16_t, (int16_t)__builtin_bswap16(raw))
CONVERT(from_u16be, uint16_t, __builtin_bswap16(raw))
CONVERT(from_i16le, int16_t, raw)
CONVERT(from_f32le, float, raw)

static const struct {
  const char *name;
  size_t size;
  void (*convert)(size_t points, double *into);
} types[] = {{"u8", 1, from_u8},       {"s8", 1, from_s8},       {"i16be", 2, from_i16be},
             {"u16be", 2, from_u16be}, {"i16le", 2, from_i16le}, {"f32le", 4, from_f32le}};

static double processor_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void record(const char *name, int blocks) {
  size_t kind = 0, points = 0;
  while (strcmp(types[kind].name, name)) {
    if (++kind == sizeof types / sizeof *types) exit(1);
  }
  const double start_us = now_us(), processor_start_us = processor_us();
  for (int k = 0; k < blocks; k++) {
    char head[12] = {0};
    if (send(fd, "BLOCK?\n", 7, 0) != 7) give_up("send");
    fill(head, 2);
    fill(head + 2, head[1] - '0');
    size_t length = strtoul(head + 2, 0, 10), some = length / types[kind].size;
    if (length > sizeof bytes || points + some > MOST_POINTS) exit(1);
    fill(bytes, length);
    fill(head, 1);
    types[kind].convert(some, volts + points);
    points += some;
  }
  const double total_us = now_us() - start_us, cpu_us = processor_us() - processor_start_us;
  double sum_V = 0;
  for (size_t i = 0; i < points; i += 1000) sum_V += volts[i];
  printf("{\"total_ms\":%.3f,\"cpu_ms\":%.3f,\"points\":%zu,\"sum_V\":%.6f}\n", total_us / 1e3, cpu_us / 1e3, points, sum_V);
}

int main(int count, char **words) {
  if (count != 3) return 2;
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2]))};
  inet_pton(AF_INET, words[1], &name.sin_addr);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  int yes = 1;
  if (connect(fd, (struct sockaddr *)&name, sizeof name)) give_up("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  char order[256], type[16];
  int times;
  while (fgets(order, sizeof order, stdin)) {
    if (sscanf(order, "query %d", &times) == 1) query(times);
    else if (sscanf(order, "record %15s %d %lf %lf %lf", type, &times, &reference, &increment_V, &origin_V) == 5) record(type, times);
    else block();
    fflush(stdout);
  }
  return 0;
}
