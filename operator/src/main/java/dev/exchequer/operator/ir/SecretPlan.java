package dev.exchequer.operator.ir;

/**
 * A credential as the provider wants it in its header, delivered by SDS under this name.
 *
 * @param name of the provider: "ns/provider"; stable over rotation, so that a new key changes no cluster
 * @param value the whole header value, e.g. "Bearer sk-..."
 */
public record SecretPlan(String name, Redacted value) {}
