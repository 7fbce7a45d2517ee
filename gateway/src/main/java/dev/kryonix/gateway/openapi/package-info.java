/** The contracts as an OpenAPI 3.1 document, and the page that shows it. */
@NullMarked
package dev.kryonix.gateway.openapi;

import org.jspecify.annotations.NullMarked;
