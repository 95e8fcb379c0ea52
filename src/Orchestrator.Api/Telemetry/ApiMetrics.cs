using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orchestrator.Api.Requests;

namespace Orchestrator.Api.Telemetry;

/// <summary>Activities and instruments named <c>Orchestrator.Api</c>.</summary>
public sealed class ApiMetrics : IDisposable
{
    public const string Name = "Orchestrator.Api";

    private static readonly ActivitySource Source = new(Name);

    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _watches;
    private readonly Counter<long> _rejected;
    private readonly Histogram<double> _queued;

    public ApiMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _requests = _meter.CreateCounter<long>("orchestrator.api.requests", "{request}", "Requests answered, by verb, resource and status code.");
        _duration = _meter.CreateHistogram<double>(
            "orchestrator.api.request.duration", "s", "Time to answer a request, watches and log streams not counted.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
        _watches = _meter.CreateUpDownCounter<long>("orchestrator.api.watches", "{watch}", "Watches that are open, by resource.");
        _rejected = _meter.CreateCounter<long>("orchestrator.api.rejected", "{request}", "Requests and watches answered 429, by priority level.");
        _queued = _meter.CreateHistogram<double>("orchestrator.api.queued", "s", "Time that requests waited for a seat, where they had to, by priority level.");
    }

    internal void Rejected(string level) => _rejected.Add(1, new KeyValuePair<string, object?>("level", level));

    internal void Waited(string level, TimeSpan time) => _queued.Record(time.TotalSeconds, new KeyValuePair<string, object?>("level", level));

    public void Dispose() => _meter.Dispose();

    internal static Activity? Start(RequestInfo request) =>
        Source.HasListeners() ? Source.StartActivity($"{request.Verb} {ResourceOf(request)}", ActivityKind.Internal) : null;

    /// <summary>Counts an answered request.</summary>
    internal void Answered(RequestInfo request, int statusCode, TimeSpan elapsed)
    {
        if (_requests.Enabled)
        {
            var resource = ResourceOf(request);
            _requests.Add(1, new("verb", request.Verb), new("resource", resource), new("code", statusCode));
            if (request.Verb != "watch" && request.Subresource != "log")
            {
                _duration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("verb", request.Verb), new KeyValuePair<string, object?>("resource", resource));
            }
        }
    }

    internal void WatchOpened(string resource) => _watches.Add(1, new KeyValuePair<string, object?>("resource", resource));

    internal void WatchClosed(string resource) => _watches.Add(-1, new KeyValuePair<string, object?>("resource", resource));

    /// <summary>Only registered resources become label values: what clients ask for beyond them is unbounded.</summary>
    private static string ResourceOf(RequestInfo request) =>
        request.Kind is null ? "" : request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource.Split('/')[0]}";
}
