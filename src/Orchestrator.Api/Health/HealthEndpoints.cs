using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.Api.Health;

/// <summary>
/// <c>/healthz</c>, <c>/readyz</c> and <c>/livez</c> as Kubernetes has them: <c>ok</c>, or 500 with the list of checks; <c>?verbose</c> always lists,
/// <c>?exclude=NAME</c> leaves a check out, and <c>/readyz/NAME</c> asks for one alone.
/// </summary>
public static class HealthEndpoints
{
    private static readonly string[] Roots = ["healthz", "readyz", "livez"];

    /// <summary>Put it after the API's pipeline, which authenticates.</summary>
    public static IApplicationBuilder UseHealthEndpoints(this IApplicationBuilder app)
    {
        IHealthCheck[] checks = [.. app.ApplicationServices.GetServices<IHealthCheck>()];
        return app.Use(next => context => Match(context.Request.Path) is var (root, check) ? AnswerAsync(context, checks, root, check) : next(context));
    }

    private static (string Root, string Check)? Match(PathString path)
    {
        string[] segments = (path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments.Length is 1 or 2 && Roots.Contains(segments[0]) ? (segments[0], segments.ElementAtOrDefault(1) ?? "") : null;
    }

    private static async Task AnswerAsync(HttpContext context, IHealthCheck[] all, string root, string asked)
    {
        string[] excluded = [.. context.Request.Query["exclude"].OfType<string>().Where(_ => asked.Length == 0)];
        IHealthCheck[] checks = [.. all.Where(c => asked.Length > 0 ? c.Name == asked : root != "livez" || c.ForLiveness)];
        if (asked.Length > 0 && checks.Length == 0)
        {
            await WriteAsync(context, StatusCodes.Status404NotFound, $"there is no check named {asked}\n");
            return;
        }

        var report = new StringBuilder();
        bool well = true;
        foreach (IHealthCheck check in checks)
        {
            if (excluded.Contains(check.Name))
            {
                report.Append($"[+]{check.Name} excluded: ok\n");
                continue;
            }

            string? fault = await check.CheckAsync(context.RequestAborted);
            well &= fault is null;
            report.Append(fault is null ? $"[+]{check.Name} ok\n" : $"[-]{check.Name} failed: {fault}\n");
        }

        string[] unknown = [.. excluded.Where(e => !checks.Any(c => c.Name == e)).Select(e => $"\"{e}\"")];
        if (unknown.Length > 0)
        {
            report.Append($"warn: some health checks cannot be excluded: no matches for {string.Join(", ", unknown)}\n");
        }

        report.Append(well ? $"{root} check passed\n" : $"{root} check failed\n");
        bool terse = well && !context.Request.Query.ContainsKey("verbose");
        await WriteAsync(context, well ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError, terse ? "ok" : report.ToString());
    }

    private static Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers["X-Content-Type-Options"] = "nosniff";
        context.Response.Headers.CacheControl = "no-cache, private";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
