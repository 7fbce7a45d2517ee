/**
 * The HTTP port: requests read from connections, calls made of them, and answers and streams
 * written back.
 */
@NullMarked
package dev.kryonix.gateway.rest;

import org.jspecify.annotations.NullMarked;
