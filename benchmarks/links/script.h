/*
 * An instrument of few words, for server.c: enough of a scope that its driver arms it and reads its record.
 *
 * A script has a line for each kind of question: a pattern (fnmatch), a tab, and what answers, several answers with tabs
 * between them being given in turn:
 *   TEXT             that text
 *   @TYPE POINTS     a block of so many points, u8 s8 i16be u16be i16le (the counter times 7) or f32le (counter mod 1000, mV)
 *   @bytes HEX       a block of those bytes
 * A question without a line is answered with what its header was told last, as an instrument does; what asks nothing is
 * taken without a word.
 */
#include <fnmatch.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LINES 64
#define MOST_ANSWERS 8
#define MOST_TOLD 256

struct reply {
  const char *bytes;
  size_t length;
};

static struct {
  char *pattern;
  struct reply answers[MOST_ANSWERS];
  int count, next;
} script[MOST_LINES];

static struct {
  char header[64], value[128];
} told[MOST_TOLD];

static int script_given, script_lines, told_count;

static struct reply script_block(const char *data, size_t bytes) {
  char head[32], digits[24];
  snprintf(digits, sizeof digits, "%zu", bytes);
  int head_bytes = snprintf(head, sizeof head, "#%zu%s", strlen(digits), digits);
  char *whole = malloc(head_bytes + bytes + 1);
  memcpy(whole, head, head_bytes);
  memcpy(whole + head_bytes, data, bytes);
  whole[head_bytes + bytes] = '\n';
  return (struct reply){whole, head_bytes + bytes + 1};
}

static struct reply script_points(const char *type, long points) {
  size_t size = strstr(type, "16") ? 2 : strcmp(type, "f32le") == 0 ? 4 : 1;
  char *data = malloc(size * points);
  for (long i = 0; i < points; i++) {
    uint16_t code = (uint16_t)(7 * i), swapped = (uint16_t)(code << 8 | code >> 8);
    float volts = (float)(i % 1000) * 1e-3f;
    if (size == 1) data[i] = (char)code;
    else if (size == 4) memcpy(data + 4 * i, &volts, 4);
    else memcpy(data + 2 * i, strstr(type, "be") ? &swapped : &code, 2);
  }
  struct reply reply = script_block(data, size * points);
  free(data);
  return reply;
}

static struct reply script_hex(const char *hex) {
  size_t bytes = strlen(hex) / 2;
  char *data = malloc(bytes);
  for (size_t i = 0; i < bytes; i++) sscanf(hex + 2 * i, "%2hhx", (unsigned char *)data + i);
  struct reply reply = script_block(data, bytes);
  free(data);
  return reply;
}

static struct reply script_text(const char *text) {
  size_t length = strlen(text);
  char *line = malloc(length + 2);
  memcpy(line, text, length);
  memcpy(line + length, "\n", 2);
  return (struct reply){line, length + 1};
}

static void script_read(const char *path) {
  static char line[65536];
  FILE *file = fopen(path, "r");
  if (!file) {
    perror(path);
    exit(2);
  }
  script_given = 1;
  while (fgets(line, sizeof line, file) && script_lines < MOST_LINES) {
    line[strcspn(line, "\n")] = 0;
    char *rest = line, *word = strsep(&rest, "\t"), type[16];
    long points;
    script[script_lines].pattern = strdup(word);
    while ((word = strsep(&rest, "\t")) && script[script_lines].count < MOST_ANSWERS) {
      struct reply *answer = &script[script_lines].answers[script[script_lines].count++];
      if (strncmp(word, "@bytes ", 7) == 0) *answer = script_hex(word + 7);
      else if (sscanf(word, "@%15s %ld", type, &points) == 2) *answer = script_points(type, points);
      else *answer = script_text(word);
    }
    script_lines++;
  }
  fclose(file);
}

/* Keeps what the header was told last. */
static void script_tell(const char *line) {
  size_t header = strcspn(line, " ");
  const char *value = line[header] ? line + header + 1 : "";
  if (header >= sizeof told->header || strlen(value) >= sizeof told->value) return;
  int at = 0;
  while (at < told_count && !(strncmp(told[at].header, line, header) == 0 && told[at].header[header] == 0)) at++;
  if (at == MOST_TOLD) return;
  if (at == told_count) told_count++;
  memcpy(told[at].header, line, header);
  told[at].header[header] = 0;
  strcpy(told[at].value, value);
}

/* length without the line feed */
static struct reply script_answer(const char *bytes, size_t length) {
  static char line[4096], value[sizeof told->value + 1];
  if (length >= sizeof line) length = sizeof line - 1;
  memcpy(line, bytes, length);
  line[length] = 0;
  char *question = memchr(line, '?', length);
  if (!question) {
    script_tell(line);
    return (struct reply){"", 0};
  }
  for (int i = 0; i < script_lines; i++) {
    if (fnmatch(script[i].pattern, line, 0) != 0) continue;
    struct reply answer = script[i].answers[script[i].next];
    script[i].next = (script[i].next + 1) % script[i].count;
    return answer;
  }
  for (int i = 0; i < told_count; i++) {
    if (strlen(told[i].header) != (size_t)(question - line) || strncmp(told[i].header, line, question - line)) continue;
    snprintf(value, sizeof value, "%s\n", told[i].value);
    return (struct reply){value, strlen(value)};
  }
  fprintf(stderr, "the script has no answer to %s\n", line);
  return (struct reply){"", 0};
}
