/** Where the operator's gRPC services listen: on Unix sockets of one machine, or on TCP for gateways that show a certificate. */
@NullMarked
package dev.exchequer.operator.transport;

import org.jspecify.annotations.NullMarked;
