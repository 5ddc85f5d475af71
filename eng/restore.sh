#!/bin/sh
# Restores the solution. Tries the public NuGet feed as it is; when the reachable feed lacks packages, falls back to the
# work-arounds of eng/PartialFeed.*. The choice is kept in eng/FeedProfile.props (untracked), so that afterwards
# plain 'dotnet build', 'dotnet run' and 'dotnet test' work.
#   eng/restore.sh            find out (or use the remembered choice)
#   eng/restore.sh full|partial    force one
#   eng/restore.sh --again    forget the choice and find out anew
# RESTORE=UserAdmin.Web restores that project alone.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
choice="$root/eng/FeedProfile.props"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

remember() {
    printf '<Project>\n  <PropertyGroup>\n    <FeedProfile>%s</FeedProfile>\n  </PropertyGroup>\n</Project>\n' "$1" > "$choice"
}
restore() { dotnet restore "$root/${RESTORE:-UserAdmin.sln}" "-p:FeedProfile=$1"; }

case "${1:-}" in
    full|partial) remember "$1" ;;
    --again) rm -f "$choice" ;;
    '') ;;
    *) echo "usage: $0 [full|partial|--again]" >&2; exit 2 ;;
esac

if [ -f "$choice" ]; then
    profile=$(sed -n 's:.*<FeedProfile>\(.*\)</FeedProfile>.*:\1:p' "$choice")
    restore "$profile"
else
    if restore full > "$log" 2>&1; then
        profile=full
    elif grep -Eq 'NU110[123]' "$log"; then      # a package, a version or a compatible one is not on the feed
        echo "The feed lacks packages:" >&2
        grep -Eo 'NU110[12]: Unable to find package [^ ]+( with version \([^)]*\))?' "$log" | sort -u >&2
        profile=partial
        restore partial
    else                                          # no network, broken project, ...: not a reason to fall back
        cat "$log" >&2
        exit 1
    fi
    remember "$profile"
fi
echo "feed profile: $profile"
