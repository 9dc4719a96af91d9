namespace RingThree.Interrupts;

/// <summary>Runs the later stages of one executor's batches: deferred stage, then the handler as often as that asked for.</summary>
internal sealed class HandlerStage(InterruptSession session, InterruptExecutor executor)
{
    /// <summary>Runs all batches there are, on the calling thread.</summary>
    internal void Drain()
    {
        while (!session.IsStopping && executor.TryBegin(executor.Usual, out VectorState vector, out Interrupt batch))
        {
            int calls = executor.RunDeferred(vector, ref batch);
            for (int call = 0; call < calls; call++)
            {
                if (call > 0)
                {
                    if (session.IsStopping) return;
                    batch = batch.ForCall(call, calls);
                }

                executor.CountCall(vector);
                vector.Plan.Handler!(batch);
            }

            if (executor.UnmasksAfterHandler(vector) && !session.IsStopping) executor.UnmaskLine(vector);
        }
    }
}
