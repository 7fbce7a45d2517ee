package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.http.HttpExchange;
import io.grpc.Metadata;

/**
 * A request that is to become a call.
 *
 * @param exchange the HTTP exchange
 * @param request what was found for it
 * @param headers what goes along as metadata
 */
record RestCall(HttpExchange exchange, RestRequest request, Metadata headers) {}
