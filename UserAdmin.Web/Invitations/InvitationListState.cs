using Microsoft.AspNetCore.WebUtilities;
using UserAdmin.Core.Common;
using UserAdmin.Core.Registration;

namespace UserAdmin.Web.Invitations;

/// <summary>What the list of invitations shows, as its address says it.</summary>
public sealed record InvitationListState(InvitationState? State = null, string? Email = null, Guid? Organization = null)
{
    public PageStart Start { get; init; } = PageStart.First;

    public bool IsFiltered => State is not null || Organization is not null || !string.IsNullOrEmpty(Email);

    public InvitationFilter Filter => new(State, Organization, Email);

    public static InvitationListState Parse(Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query);
        string? One(string name) => query.TryGetValue(name, out var values) && values[0] is { Length: > 0 } value ? value : null;
        return new(StateOf(One("state")), One("email") is { Length: <= 254 } email ? Text.Visible(email) : null, Guid.TryParse(One("organization"), out var organization) ? organization : null)
        {
            Start = new(One("after"), One("before"), One("at") == "end"),
        };
    }

    public static InvitationState? StateOf(string? name) => Enum.GetValues<InvitationState>().Cast<InvitationState?>().FirstOrDefault(state => NameOf(state!.Value) == name);

    public static string NameOf(InvitationState state) => state.ToString().ToLowerInvariant();

    /// <summary>The address of the same list at another place.</summary>
    public string With(string? place = null)
    {
        var address = QueryHelpers.AddQueryString("/invitations", new Dictionary<string, string?>
        {
            ["state"] = State is { } state ? NameOf(state) : null,
            ["email"] = Email,
            ["organization"] = Organization?.ToString(),
        });
        return place is null ? address : $"{address}{(address.Contains('?') ? '&' : '?')}{place}";
    }
}
