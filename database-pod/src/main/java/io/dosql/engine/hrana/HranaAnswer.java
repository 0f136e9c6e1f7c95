package io.dosql.engine.hrana;

import io.dosql.engine.memory.BufferBudget;
import java.nio.ByteBuffer;

/**
 * A whole answer.
 *
 * @param memory what was set aside for it; close it when it has been sent, or given up
 */
public record HranaAnswer(ByteBuffer body, BufferBudget.Reservation memory) {}
