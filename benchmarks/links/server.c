/*
 * The far end that all contenders of benchmarks/links.ts and benchmarks/scope-record.ts talk to: an instrument that answers
 * from memory, so that what is timed is the client. One thread a connection; a raw socket, VXI-11 with its port mapper, and
 * HiSLIP.
 *
 * server ADDRESS POINTS [SCRIPT]   prints "raw PORT hislip PORT vxi11 PORT" once all listen; PORT 0: port 111 could not be
 * had. Ends when its input ends. Knows: *IDN?, ECHO? TEXT (the text), BLOCK? (POINTS big-endian int16, the counter times 7);
 * on the raw socket what the script has, see script.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "script.h"

#define MOST_LINE 65536
static const char identity[] = "MEMRIG,BENCHMARK SERVER,0,1.0\n";
static char *block;
static size_t block_bytes;
static uint32_t core_port;

static int read_all(int fd, void *into, size_t count) {
  for (char *at = into; count > 0;) {
    ssize_t got = recv(fd, at, count, 0);
    if (got <= 0) return 0;
    at += got;
    count -= got;
  }
  return 1;
}

/* Head and body in one system call. */
static int write_both(int fd, const void *head, size_t head_bytes, const void *body, size_t body_bytes) {
  struct iovec parts[2] = {{(void *)head, head_bytes}, {(void *)body, body_bytes}};
  int first = 0;
  while (first < 2) {
    ssize_t sent = writev(fd, parts + first, 2 - first);
    if (sent < 0) return 0;
    while (first < 2 && (size_t)sent >= parts[first].iov_len) sent -= parts[first++].iov_len;
    if (first < 2) {
      parts[first].iov_base = (char *)parts[first].iov_base + sent;
      parts[first].iov_len -= sent;
    }
  }
  return 1;
}

/* The answer to one line, which ends with LF; ECHO? answers with a part of the line itself. */
static struct reply answer(const char *line, size_t length) {
  if (length >= 6 && memcmp(line, "ECHO? ", 6) == 0) return (struct reply){line + 6, length - 6};
  if (length >= 6 && memcmp(line, "BLOCK?", 6) == 0) return (struct reply){block, block_bytes};
  if (length >= 5 && memcmp(line, "*IDN?", 5) == 0) return (struct reply){identity, sizeof identity - 1};
  return (struct reply){"?\n", 2};
}

static void *serve_raw(void *argument) {
  int fd = (int)(intptr_t)argument;
  char *in = malloc(MOST_LINE), *out = malloc(2 * MOST_LINE);
  size_t have = 0;
  for (;;) {
    ssize_t got = recv(fd, in + have, MOST_LINE - have, 0);
    if (got <= 0) break;
    have += got;
    char *line = in, *end;
    size_t waiting = 0;
    while ((end = memchr(line, '\n', in + have - line))) {
      struct reply reply = script_given ? script_answer(line, end - line) : answer(line, end + 1 - line);
      line = end + 1;
      if (waiting + reply.length <= 2 * MOST_LINE) {
        memcpy(out + waiting, reply.bytes, reply.length);
        waiting += reply.length;
      } else {
        if (!write_both(fd, out, waiting, reply.bytes, reply.length)) break;
        waiting = 0;
      }
    }
    if (waiting > 0 && !write_both(fd, out, waiting, "", 0)) break;
    have -= line - in;
    memmove(in, line, have);
  }
  free(in);
  free(out);
  close(fd);
  return 0;
}

static void put32(char *at, uint32_t value) {
  value = htonl(value);
  memcpy(at, &value, 4);
}

static uint32_t get32(const char *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return ntohl(value);
}

/* ONC RPC: port mapper (GETPORT) and VXI-11 core (create_link, device_write, device_read, destroy_link). */
static void *serve_rpc(void *argument) {
  int fd = (int)(intptr_t)argument;
  char mark[4], *call = malloc(MOST_LINE), *question = malloc(MOST_LINE), out[4 + 24 + 16];
  struct reply reply = {0, 0};
  while (read_all(fd, mark, 4)) {
    uint32_t length = get32(mark) & 0x7fffffff;
    if (length < 24 || length > MOST_LINE || !read_all(fd, call, length)) break;
    const uint32_t program = get32(call + 12), procedure = get32(call + 20);
    const char *args = call + 24;
    for (int k = 0; k < 2; k++) args += 8 + ((get32(args + 4) + 3) & ~3u); /* credentials, verifier */
    const char *body = "";
    uint32_t words[4] = {0, 0, 0, 0}, count = 1, body_bytes = 0;
    if (program == 100000) {
      words[0] = procedure == 3 ? core_port : 0;
      count = procedure == 0 ? 0 : 1;
    } else if (procedure == 10) { /* create_link: error, link, abort port, largest write */
      words[1] = 1;
      words[3] = MOST_LINE / 2;
      count = 4;
    } else if (procedure == 11) { /* device_write: link, two time limits, flags, data */
      uint32_t size = get32(args + 16);
      memcpy(question, args + 20, size);
      reply = answer(question, size);
      words[1] = size;
      count = 2;
    } else if (procedure == 12) { /* device_read: link, size, ... -> error, reason, data */
      uint32_t size = get32(args + 4);
      body = reply.bytes;
      body_bytes = reply.length < size ? reply.length : size;
      reply.bytes += body_bytes;
      reply.length -= body_bytes;
      words[1] = reply.length == 0 ? 4 : 1;
      words[2] = body_bytes;
      count = 3;
    }
    static const char zeros[4];
    const uint32_t padding = -body_bytes & 3u, head = 24 + 4 * count;
    put32(out, 0x80000000 | (head + body_bytes + padding));
    memcpy(out + 4, call, 4); /* the transaction's number; then a reply, accepted, no verifier, success */
    put32(out + 8, 1);
    memset(out + 12, 0, 16);
    for (uint32_t k = 0; k < count; k++) put32(out + 28 + 4 * k, words[k]);
    if (body_bytes + padding <= 4096) { /* a short reply goes out in one piece, as real servers send it */
      char whole[sizeof out + 4096 + 4];
      memcpy(whole, out, 4 + head);
      memcpy(whole + 4 + head, body, body_bytes);
      memset(whole + 4 + head + body_bytes, 0, padding);
      if (!write_both(fd, whole, 4 + head + body_bytes + padding, "", 0)) break;
    } else if (!write_both(fd, out, 4 + head, body, body_bytes) || !write_both(fd, zeros, padding, "", 0)) break;
  }
  free(call);
  free(question);
  close(fd);
  return 0;
}

static int send_hislip(int fd, int type, int control, uint32_t parameter, const char *payload, size_t length) {
  char head[16] = {'H', 'S', (char)type, (char)control};
  put32(head + 4, parameter);
  put32(head + 8, 0);
  put32(head + 12, length);
  return write_both(fd, head, 16, payload, length);
}

/* HiSLIP 1.0, both channels: what a client needs to connect, ask and be answered, in parts of at most 1 MiB. */
static void *serve_hislip(void *argument) {
  static const size_t most = 1 << 20;
  static const char size[8] = {0, 0, 0, 0, 0, 0x10, 0, 0};
  int fd = (int)(intptr_t)argument;
  char head[16], *payload = malloc(MOST_LINE);
  while (read_all(fd, head, 16)) {
    const uint32_t parameter = get32(head + 4), length = get32(head + 12);
    if (length > MOST_LINE || !read_all(fd, payload, length)) break;
    int alive = 1;
    if (head[2] == 0) alive = send_hislip(fd, 1, 0, 0x01000001, "", 0);         /* Initialize */
    else if (head[2] == 17) alive = send_hislip(fd, 18, 0, 0x4d52, "", 0);      /* AsyncInitialize */
    else if (head[2] == 15) alive = send_hislip(fd, 16, 0, 0, size, 8);         /* AsyncMaximumMessageSize */
    else if (head[2] == 24) alive = send_hislip(fd, 25, 0, 0, "", 0);           /* AsyncLockInfo */
    else if (head[2] == 7) {                                                    /* DataEnd */
      struct reply reply = answer(payload, length);
      for (; alive && reply.length > most; reply.bytes += most, reply.length -= most) {
        alive = send_hislip(fd, 6, 0, parameter, reply.bytes, most);
      }
      alive = alive && send_hislip(fd, 7, 0, parameter, reply.bytes, reply.length);
    }
    if (!alive) break;
  }
  free(payload);
  close(fd);
  return 0;
}

struct listener {
  int fd;
  void *(*serve)(void *);
};

static void *accept_all(void *argument) {
  struct listener *listener = argument;
  for (int fd; (fd = accept(listener->fd, 0, 0)) >= 0;) {
    int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    pthread_t thread;
    pthread_create(&thread, 0, listener->serve, (void *)(intptr_t)fd);
    pthread_detach(thread);
  }
  return 0;
}

/* Returns the port, 0 when it can not be had. */
static int listen_on(const char *address, int port, void *(*serve)(void *)) {
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
  socklen_t length = sizeof name;
  int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  inet_pton(AF_INET, address, &name.sin_addr);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(fd, (struct sockaddr *)&name, length) || listen(fd, 16)) {
    fprintf(stderr, "%s:%d: %s\n", address, port, strerror(errno));
    close(fd);
    return 0;
  }
  getsockname(fd, (struct sockaddr *)&name, &length);
  struct listener *listener = malloc(sizeof *listener);
  *listener = (struct listener){fd, serve};
  pthread_t thread;
  pthread_create(&thread, 0, accept_all, listener);
  return ntohs(name.sin_port);
}

static void make_block(long points) {
  char head[16], length[12];
  snprintf(length, sizeof length, "%ld", 2 * points);
  int head_bytes = snprintf(head, sizeof head, "#%zu%s", strlen(length), length);
  block_bytes = head_bytes + 2 * points + 1;
  block = malloc(block_bytes);
  memcpy(block, head, head_bytes);
  for (long i = 0; i < points; i++) {
    uint16_t code = htons((uint16_t)(7 * i));
    memcpy(block + head_bytes + 2 * i, &code, 2);
  }
  block[block_bytes - 1] = '\n';
}

int main(int count, char **words) {
  if (count != 3 && count != 4) return 2;
  if (count == 4) script_read(words[3]);
  make_block(atol(words[2]));
  int raw = listen_on(words[1], 0, serve_raw), hislip = listen_on(words[1], 0, serve_hislip);
  core_port = listen_on(words[1], 0, serve_rpc);
  int mapper = listen_on(words[1], 111, serve_rpc);
  printf("raw %d hislip %d vxi11 %d\n", raw, hislip, mapper);
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) continue;
  return 0;
}
