namespace Orchestrator.Agent.Hosting;

/// <summary>Lets so many requests be under way at once; the others wait. Thousands of agents would open a connection each.</summary>
internal sealed class RequestLimit(int most) : DelegatingHandler
{
    private readonly SemaphoreSlim _free = new(most);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            _free.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _free.Dispose();
        }

        base.Dispose(disposing);
    }
}
