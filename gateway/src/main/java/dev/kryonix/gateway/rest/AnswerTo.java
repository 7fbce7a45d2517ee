package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.http.HttpExchange;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.upstream.Target;

/**
 * Who is answered.
 *
 * @param exchange the HTTP exchange
 * @param binding the route that was taken
 * @param target where the call went
 */
record AnswerTo(HttpExchange exchange, Binding binding, Target target) {}
