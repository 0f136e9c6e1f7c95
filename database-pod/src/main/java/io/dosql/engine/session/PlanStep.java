package io.dosql.engine.session;

/**
 * A step of a query plan.
 *
 * @param parent the id of the step that it is part of; 0 for none
 */
public record PlanStep(int id, int parent, String detail) {}
