namespace Orchestrator.Agent.Probes;

/// <summary>Results in a row, and what they have decided. Pure.</summary>
/// <param name="Outcome">The last decision; null before the first.</param>
/// <param name="Successes">In a row, up to now.</param>
/// <param name="Failures">In a row, up to now.</param>
public readonly record struct ProbeTally(bool? Outcome, int Successes, int Failures)
{
    /// <summary>The tally after one more result.</summary>
    /// <param name="succeeded">The result.</param>
    /// <param name="successThreshold">Successes in a row that decide for success.</param>
    /// <param name="failureThreshold">Failures in a row that decide for failure.</param>
    public ProbeTally After(bool succeeded, int successThreshold, int failureThreshold)
    {
        int successes = succeeded ? Math.Min(Successes + 1, successThreshold) : 0;
        int failures = succeeded ? 0 : Math.Min(Failures + 1, failureThreshold);
        bool? outcome = successes >= successThreshold ? true : failures >= failureThreshold ? false : Outcome;
        return new ProbeTally(outcome, successes, failures);
    }
}
