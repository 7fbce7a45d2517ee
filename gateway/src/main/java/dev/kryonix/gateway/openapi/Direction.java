package dev.kryonix.gateway.openapi;

/** Which way a message goes: what is asked of a request does not hold for an answer. */
enum Direction {
  REQUEST,
  ANSWER
}
