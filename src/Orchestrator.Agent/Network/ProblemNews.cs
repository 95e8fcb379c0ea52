namespace Orchestrator.Agent.Network;

/// <summary>Tells a new problem from that of the last attempt: what goes on failing in the same way is said once.</summary>
internal sealed class ProblemNews
{
    private string _last = "";

    /// <param name="problem">Of this attempt; empty where there is none.</param>
    public bool IsNew(string problem)
    {
        var isNew = problem.Length > 0 && problem != _last;
        _last = problem;
        return isNew;
    }

    /// <summary>An attempt went well.</summary>
    public void Clear() => _last = "";
}
