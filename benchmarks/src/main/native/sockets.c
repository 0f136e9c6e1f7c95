/* Point reads by Hrana 3 over WebSockets, JSON, several requests in flight on each:
 * sockets PORT PATH CONNECTIONS DEPTH SECONDS.
 *
 * What wrk is to HTTP. Each connection has one stream and always DEPTH requests on their way: as many as were
 * answered go out again, in one write. All requests are made and masked before the clock starts. The result has the
 * requests, the microseconds, and of one request's time the 50th and the 99th percentile in microseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "result.h"

enum {
  ROWS = 100000, /* of the table p, as load.lua knows it */
  PREPARED = 2000,
  MAX_CONNECTIONS = 1024,
  MAX_DEPTH = 128, /* maxRequestsInFlight of the pod */
  MAX_MESSAGE = 512,
  BUFFER = 1 << 16,
  MAX_MICROS = 10000000
};

typedef struct {
  int length;
  unsigned char bytes[MAX_MESSAGE];
} frame;

typedef struct {
  int socket;
  int held; /* bytes in the buffer */
  unsigned char buffer[BUFFER];
  long long sent_at[MAX_DEPTH]; /* a ring: answers of one stream come in order */
  int oldest;
} connection;

static frame prepared[PREPARED];
static int next_frame;
static connection connections[MAX_CONNECTIONS];
static int depth;
static unsigned counts[MAX_MICROS + 1];

/* A masked text frame. */
static void make_frame(frame *made, const char *text) {
  static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
  int length = (int)strlen(text);
  require(length + 8 <= MAX_MESSAGE, "a message too long");
  int at = 0;
  made->bytes[at++] = 0x81;
  if (length < 126) {
    made->bytes[at++] = (unsigned char)(0x80 | length);
  } else {
    made->bytes[at++] = 0x80 | 126;
    made->bytes[at++] = (unsigned char)(length >> 8);
    made->bytes[at++] = (unsigned char)length;
  }
  memcpy(made->bytes + at, mask, 4);
  at += 4;
  for (int i = 0; i < length; i++) {
    made->bytes[at++] = (unsigned char)text[i] ^ mask[i % 4];
  }
  made->length = at;
}

static void prepare(void) {
  for (int i = 0; i < PREPARED; i++) {
    char text[MAX_MESSAGE];
    snprintf(text, sizeof text,
             "{\"type\":\"request\",\"request_id\":%d,\"request\":{\"type\":\"execute\",\"stream_id\":1,\"stmt\":"
             "{\"sql\":\"SELECT v FROM p WHERE id = ?\",\"args\":[{\"type\":\"integer\",\"value\":\"%d\"}]}}}",
             i, (int)((long long)i * 7919 % ROWS) + 1);
    make_frame(&prepared[i], text);
  }
}

static void send_all(int socket, const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    ssize_t sent = send(socket, at, length, MSG_NOSIGNAL);
    require(sent > 0, "send");
    at += sent;
    length -= (size_t)sent;
  }
}

static void send_text(int socket, const char *text) {
  frame one;
  make_frame(&one, text);
  send_all(socket, one.bytes, (size_t)one.length);
}

static void send_requests(connection *to, int count, int first) {
  static unsigned char out[MAX_DEPTH * MAX_MESSAGE];
  int length = 0;
  long long now = now_micros();
  for (int i = 0; i < count; i++) {
    frame *next = &prepared[next_frame];
    next_frame = (next_frame + 1) % PREPARED;
    memcpy(out + length, next->bytes, (size_t)next->length);
    length += next->length;
    to->sent_at[(first + i) % depth] = now;
  }
  send_all(to->socket, out, (size_t)length);
}

/* Takes the frames out that are whole, each of which must say that all went well; returns how many. */
static int take_frames(connection *from, const char *expected, int timed) {
  int at = 0;
  int count = 0;
  long long now = now_micros();
  while (from->held - at >= 2) {
    unsigned char *head = from->buffer + at;
    int header = 2;
    int length = head[1];
    if (length == 126) {
      if (from->held - at < 4) {
        break;
      }
      header = 4;
      length = head[2] << 8 | head[3];
    }
    require(length != 127, "an answer too long");
    if (from->held - at < header + length) {
      break;
    }
    at += header + length;
    if (head[0] == 0x89) {
      continue; /* A ping: the run is over before its answer is missed. */
    }
    require(head[0] == 0x81, "a frame that is no text: the connection was closed?");
    require(memmem(head + header, (size_t)length, expected, strlen(expected)) != 0, "an answer that is an error");
    if (timed) {
      long long micros = now - from->sent_at[(from->oldest + count) % depth];
      counts[micros > MAX_MICROS ? MAX_MICROS : micros]++;
    }
    count++;
  }
  memmove(from->buffer, from->buffer + at, (size_t)(from->held - at));
  from->held -= at;
  return count;
}

static void receive(connection *from, int flags) {
  ssize_t got = recv(from->socket, from->buffer + from->held, (size_t)(BUFFER - from->held), flags);
  require(got > 0 || (got < 0 && errno == EAGAIN), "the connection ended");
  from->held += got > 0 ? (int)got : 0;
}

static void open_connection(connection *made, int port, const char *path) {
  made->socket = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(connect(made->socket, (struct sockaddr *)&address, sizeof address) == 0, "connect");
  int on = 1;
  setsockopt(made->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  char upgrade[1024];
  int length = snprintf(upgrade, sizeof upgrade,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        "Sec-WebSocket-Protocol: hrana3\r\n\r\n",
                        path, port);
  require(length < (int)sizeof upgrade, "the path");
  send_all(made->socket, upgrade, (size_t)length);
  unsigned char *end = 0;
  while (end == 0) {
    receive(made, 0);
    end = memmem(made->buffer, (size_t)made->held, "\r\n\r\n", 4);
  }
  require(memcmp(made->buffer, "HTTP/1.1 101", 12) == 0, "the upgrade");
  require(end + 4 == made->buffer + made->held, "a message before hello");
  made->held = 0;
  send_text(made->socket, "{\"type\":\"hello\",\"jwt\":null}");
  while (take_frames(made, "\"hello_ok\"", 0) == 0) {
    receive(made, 0);
  }
  send_text(made->socket,
            "{\"type\":\"request\",\"request_id\":0,\"request\":{\"type\":\"open_stream\",\"stream_id\":1}}");
  while (take_frames(made, "\"response_ok\"", 0) == 0) {
    receive(made, 0);
  }
}

static int percentile(long long total, int percent) {
  long long seen = 0;
  int micros = 0;
  while (micros < MAX_MICROS && (seen += counts[micros]) * 100 < total * percent) {
    micros++;
  }
  return micros;
}

int main(int argc, char **argv) {
  require(argc == 6, "usage: sockets PORT PATH CONNECTIONS DEPTH SECONDS");
  int number = atoi(argv[3]);
  depth = atoi(argv[4]);
  require(number > 0 && number <= MAX_CONNECTIONS, "CONNECTIONS from 1 to 1024");
  require(depth > 0 && depth <= MAX_DEPTH, "DEPTH from 1 to 128");
  prepare();
  int poll = epoll_create1(0);
  for (int i = 0; i < number; i++) {
    open_connection(&connections[i], atoi(argv[1]), argv[2]);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};
    require(epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].socket, &event) == 0, "epoll_ctl");
  }
  long long begin = now_micros();
  long long end = begin + atoll(argv[5]) * 1000000;
  long long total = 0;
  for (int i = 0; i < number; i++) {
    send_requests(&connections[i], depth, 0);
  }
  while (now_micros() < end) {
    struct epoll_event events[64];
    int ready = epoll_wait(poll, events, 64, 1000);
    require(ready >= 0, "epoll_wait");
    for (int i = 0; i < ready; i++) {
      connection *one = events[i].data.ptr;
      receive(one, MSG_DONTWAIT);
      int answered = take_frames(one, "\"response_ok\"", 1);
      if (answered > 0) {
        send_requests(one, answered, one->oldest);
        one->oldest = (one->oldest + answered) % depth;
        total += answered;
      }
    }
  }
  long long micros = now_micros() - begin;
  require(total > 0, "no answers");
  printf("RESULT %lld %lld %d %d\n", total, micros, percentile(total, 50), percentile(total, 99));
  return 0;
}
