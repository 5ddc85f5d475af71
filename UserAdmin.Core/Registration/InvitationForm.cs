using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Registration;

/// <summary>Whom to invite: addresses, one a line or separated by commas or semicolons, also like <c>Carol Cooper &lt;carol@example.org&gt;</c>, and what they get.</summary>
public sealed class InvitationForm
{
    public const int MaximumAddresses = 200;

    private static readonly char[] Separators = ['\n', '\r', ',', ';'];

    [Display(Name = "Addresses"), Required(ErrorMessage = "Enter at least one email address."), StringLength(60_000, ErrorMessage = "This is too much text. Invite 200 people at a time.")]
    public string Addresses { get; set; } = "";

    /// <summary>The language of the message.</summary>
    public string Language { get; set; } = "en";

    /// <summary>What they become members of; null when they only get an account.</summary>
    public Guid? OrganizationId { get; set; }

    /// <summary>The role they get, in the organization or, without one, everywhere.</summary>
    public Guid? RoleId { get; set; }

    /// <summary>A team of the organization.</summary>
    public Guid? TeamId { get; set; }

    /// <summary>What was typed for each, and the address in it.</summary>
    public IReadOnlyList<(string Typed, string Address)> Lines() =>
        [.. Addresses.Split(Separators, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(typed => (typed, AddressIn(typed)))];

    private static string AddressIn(string typed)
    {
        var (start, end) = (typed.LastIndexOf('<'), typed.LastIndexOf('>'));
        return Text.Compose(start >= 0 && end == typed.Length - 1 ? typed[(start + 1)..end] : typed);
    }
}
