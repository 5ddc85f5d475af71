using Microsoft.Extensions.Caching.Memory;
using UserAdmin.Core.Sessions;

namespace UserAdmin.Web.Ui;

/// <summary>
/// Keeps what a page was prerendered with until its circuit asks for it, half a minute at most, so that nothing is read twice and the
/// rows don't travel to the browser and back. The page persists only the key, which nobody can guess, and which only the same session in the same
/// tenant can use. A miss means reading again.
/// </summary>
public sealed class Handover(IMemoryCache cache)
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    public string Keep(string owner, object value)
    {
        var key = SessionKey.Create();
        cache.Set((nameof(Handover), owner, key), value, Life);
        return key;
    }

    public T? Take<T>(string owner, string? key) where T : class
    {
        if (key is null || !cache.TryGetValue((nameof(Handover), owner, key), out T? value))
            return null;
        cache.Remove((nameof(Handover), owner, key));
        return value;
    }
}
