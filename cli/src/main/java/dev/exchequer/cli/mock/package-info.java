/**
 * A model provider that needs no key and behaves as the model's name says: `status-429`, `die-mid-stream`, `usage-100-10`. For the quickstart, for trying out
 * fallback and for the end-to-end tests. It speaks plain sockets because dying in the middle of a chunk is one of the things it must do.
 */
@NullMarked
package dev.exchequer.cli.mock;

import org.jspecify.annotations.NullMarked;
