using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Writing;

/// <summary>Options in the query of every write.</summary>
internal static class WriteOptions
{
    /// <summary>Reads <c>dryRun</c>: nothing is stored where it is <c>All</c>.</summary>
    public static Outcome<bool> DryRun(ApiCall call)
    {
        if (!call.Http.Request.QueryString.HasValue || !call.Request.Query.TryGetValue("dryRun", out var values))
        {
            return false;
        }

        return IsDryRun([.. values.OfType<string>()]);
    }

    public static Outcome<bool> IsDryRun(IReadOnlyList<string> values) => values switch
    {
        [] or [""] => false,
        _ when values.All(v => v == "All") => true,
        _ => StatusErrors.BadRequest("dryRun: Unsupported value: supported values: \"All\""),
    };
}
