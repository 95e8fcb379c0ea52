using System.Text;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Requests;

namespace Orchestrator.Api.Responses;

/// <summary><c>Warning</c> headers (RFC 7234, code 299), which kubectl prints.</summary>
internal static class ResponseWarnings
{
    private const int MaxWarnings = 50;

    public static void Write(ApiCall call)
    {
        if (call.Warnings.Count == 0)
        {
            return;
        }

        call.Http.Response.Headers.Append("Warning", call.Warnings.Take(MaxWarnings).Select(w => $"299 - \"{Quoted(w)}\"").ToArray());
    }

    /// <summary>Header values are ASCII without control characters.</summary>
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c is '"' or '\\')
            {
                quoted.Append('\\');
            }

            quoted.Append(c is >= ' ' and <= '~' ? c : '?');
        }

        return quoted.ToString();
    }
}
