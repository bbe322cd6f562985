/**
 * The product as its users meet it: `exchequer up` as a real process with a real Envoy, called by the official OpenAI client, judged by what receipts and
 * balances say afterwards.
 *
 * <p>A test class registers a {@link dev.exchequer.cli.e2e.Stack} with a folder of YAML under {@code src/test/resources/e2e}; in the YAML, {@code @MOCK@} is
 * the port of the in-process mock provider and {@code @DEAD@} a port where nobody listens. When the class ends the stack checks what must hold after every
 * test: no Lua error, nothing held, no secret in any log, and stops by process id.
 */
@NullMarked
package dev.exchequer.cli.e2e;

import org.jspecify.annotations.NullMarked;
