using UserAdmin.Core.Common;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Api;

/// <summary>Who calls an endpoint that asks for a token.</summary>
internal sealed record Caller(Actor Actor)
{
    public static implicit operator Actor(Caller caller) => caller.Actor;

    public Guid UserId => Actor.UserId!.Value;

    // The rule of the endpoint let only somebody in who has an open session; it may have ended since, a moment ago.
    public static async ValueTask<Caller> BindAsync(HttpContext http) =>
        new(await http.RequestServices.GetRequiredService<CurrentActor>().FindAsync(http, http.RequestAborted) ?? Actor.Anonymous with { UserId = Guid.Empty });
}
