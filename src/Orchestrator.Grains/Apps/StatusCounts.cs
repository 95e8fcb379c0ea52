using System.Text.Json.Nodes;

namespace Orchestrator.Grains.Apps;

/// <summary>Writing counts into a status as Kubernetes' types are written: zero is left out, except where it is always shown.</summary>
internal static class StatusCounts
{
    public static void Count(this JsonObject status, string member, long count)
    {
        if (count == 0)
        {
            status.Remove(member);
        }
        else
        {
            status[member] = count;
        }
    }
}
