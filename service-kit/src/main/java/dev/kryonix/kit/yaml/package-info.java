/** Reading YAML that belongs to the program, so that a wrong value is named by its path. */
@NullMarked
package dev.kryonix.kit.yaml;

import org.jspecify.annotations.NullMarked;
